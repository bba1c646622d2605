//! Gaussian error linear unit, approximated by a hyperbolic tangent. PyTorch: `nn.GELU(approximate='tanh')`.

use crate::kernels::map::Known;
use crate::{Pointwise, Real, math};

/// `2 √(2/π)`: `(1 + tanh u) / 2` is `σ(2u)`.
const SQRT_8_PI: f64 = 1.595_769_121_605_730_7;
const CUBIC: f64 = 0.044_715;

/// Gaussian error linear unit, approximated by a hyperbolic tangent. PyTorch: `nn.GELU(approximate='tanh')`.
///
/// - forward:  `y = x (1 + t) / 2`, where `t = tanh(√(2/π) (x + 0.044715 x³))`
/// - backward: `dx = ((1 + t) / 2 + x (1 − t²) √(2/π) (1 + 3 · 0.044715 x²) / 2) dy`
///
/// It is within 5e-4 of [`Gelu`](super::Gelu); GPT-2 and others were trained with it. `x` is kept. In `f32` the error is
/// below `1.5e-7 max(1, |y|)`. Hendrycks, Gimpel: *Gaussian error linear units (GELUs)* (2016).
///
/// ```
/// use dl_core::{Pointwise, layers::GeluTanh};
///
/// assert!((GeluTanh::f(1.0_f64) - 0.8411919906082768).abs() < 1e-15);
/// assert!((GeluTanh::df(1.0_f64) - 1.0829640838457826).abs() < 1e-15);
/// ```
#[doc(alias = "GELU")]
#[derive(Debug)]
pub struct GeluTanh;

impl<T: Real> Pointwise<T> for GeluTanh {
    const KNOWN: Option<Known> = Some(Known::GeluTanh);
    #[inline(always)]
    fn f(x: T) -> T {
        let cubic = T::of(CUBIC) * x * x;
        x * math::sigmoid(T::of(SQRT_8_PI) * x * (T::one() + cubic))
    }
    #[inline(always)]
    fn df(x: T) -> T {
        // from ±30 on it is 0 or 1 in every precision; without the limit x² overflows
        let x = super::limit(x, T::of(-30.0), T::of(30.0));
        let cubic = T::of(CUBIC) * x * x;
        let (s, ds) = math::sigmoid_and_slope(T::of(SQRT_8_PI) * x * (T::one() + cubic));
        s + x * ds * (T::of(SQRT_8_PI) * (T::one() + T::of(3.0) * cubic))
    }
}

super::no_params!(GeluTanh = GeluTanh);
super::pointwise_layer!(GeluTanh, x);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // values of PyTorch 2.15
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        GeluTanh.forward(&vector![-2.0, 0.0, 0.5, 3.0], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(
            y,
            vector![-0.04540230591222494, 0.0, 0.34571400982514394, 2.996362607918227],
            max_relative = 1e-12
        );
    }

    #[test]
    fn the_limit_in_the_derivative_changes_nothing() {
        assert_eq!((GeluTanh::df(29.9), GeluTanh::df(30.0), GeluTanh::df(1e30)), (1.0, 1.0, 1.0));
        assert_eq!((GeluTanh::df(-29.9), GeluTanh::df(-30.0), GeluTanh::df(-1e30)), (0.0, 0.0, 0.0));
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut GeluTanh, &mut matrix![-4.0, -1.0, 0.0; -0.3, 0.7, 3.5], Pass::infer())
            .unwrap();
    }
}
