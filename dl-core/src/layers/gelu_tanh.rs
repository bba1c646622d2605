//! Gaussian error linear unit, approximated by a hyperbolic tangent. PyTorch: `nn.GELU(approximate='tanh')`.

use crate::kernels::map::Known;
use crate::{Pointwise, Real, math};

/// `√(2/π)`
const SQRT_2_PI: f64 = 0.797_884_560_802_865_4;
const CUBIC: f64 = 0.044_715;

/// Gaussian error linear unit, approximated by a hyperbolic tangent. PyTorch: `nn.GELU(approximate='tanh')`.
///
/// - forward:  `y = x (1 + t) / 2`, where `t = tanh(√(2/π) (x + 0.044715 x³))`
/// - backward: `dx = ((1 + t) / 2 + x (1 − t²) √(2/π) (1 + 3 · 0.044715 x²) / 2) dy`
///
/// It is within 5e-4 of [`Gelu`](super::Gelu); GPT-2 and others were trained with it. `x` is kept. Hendrycks, Gimpel:
/// *Gaussian error linear units (GELUs)* (2016).
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
        x * (T::of(0.5) * (T::one() + tanh(x)))
    }
    #[inline(always)]
    fn df(x: T) -> T {
        // from ±10 on `t` is ±1 in every precision and the derivative 0 or 1; without the limit x² overflows
        let x = super::limit(x, T::of(-10.0), T::of(10.0));
        let t = tanh(x);
        let inner = T::of(SQRT_2_PI) * (T::one() + T::of(3.0 * CUBIC) * x * x);
        T::of(0.5) * (T::one() + t + x * (T::one() - t * t) * inner)
    }
}

/// `t`
#[inline(always)]
fn tanh<T: Real>(x: T) -> T {
    math::tanh(T::of(SQRT_2_PI) * (x + T::of(CUBIC) * x * x * x))
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
        assert_eq!((GeluTanh::df(9.99), GeluTanh::df(10.0), GeluTanh::df(1e30)), (1.0, 1.0, 1.0));
        assert_eq!((GeluTanh::df(-9.99), GeluTanh::df(-10.0), GeluTanh::df(-1e30)), (0.0, 0.0, 0.0));
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut GeluTanh, &mut matrix![-4.0, -1.0, 0.0; -0.3, 0.7, 3.5], Pass::infer())
            .unwrap();
    }
}
