//! Gaussian error linear unit, exact. PyTorch: `nn.GELU()`.

use crate::kernels::map::Known;
use crate::{Pointwise, Real, math};

/// `1 / √(2π)`
const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// Gaussian error linear unit, exact. PyTorch: `nn.GELU()`.
///
/// PyTorch's `approximate = 'tanh'` is [`GeluTanh`](super::GeluTanh).
///
/// - forward:  `y = x Φ(x)`, where `Φ(x) = (1 + erf(x / √2)) / 2` is the normal distribution function
/// - backward: `dx = (Φ(x) + x φ(x)) dy`, where `φ(x) = e^(−x²/2) / √(2π)` is its density
///
/// The derivative does not follow from `y` (the function is not monotonous), so `x` is kept. In `f32` the error is below
/// `1.5e-7 max(1, |y|)`. Hendrycks, Gimpel: *Gaussian error linear units (GELUs)* (2016).
///
/// ```
/// use dl_core::{Pointwise, layers::Gelu};
///
/// assert!((Gelu::f(1.0_f64) - 0.841344746068543).abs() < 1e-15);
/// assert!((Gelu::df(1.0_f64) - 1.0833154705876864).abs() < 1e-15);
/// ```
#[doc(alias = "GELU")]
#[derive(Debug)]
pub struct Gelu;

impl<T: Real> Pointwise<T> for Gelu {
    const KNOWN: Option<Known> = Some(Known::Gelu);
    #[inline(always)]
    fn f(x: T) -> T {
        x * math::normal_cdf(x)
    }
    #[inline(always)]
    fn df(x: T) -> T {
        // in f32 the exponential is that of `normal_cdf`, computed once
        let density = T::of(FRAC_1_SQRT_2PI) * math::exp(T::of(-0.5) * x * x);
        math::normal_cdf(x) + x * density
    }
}

super::no_params!(Gelu = Gelu);
super::pointwise_layer!(Gelu, x);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // values of PyTorch 2.15
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        Gelu.forward(&vector![-2.0, 0.0, 0.5, 3.0], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(
            y,
            vector![-0.04550026389635842, 0.0, 0.34573123063700656, 2.99595030590511],
            max_relative = 1e-12
        );
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Gelu, &mut matrix![-4.0, -1.0, 0.0; -0.3, 0.7, 3.5], Pass::infer()).unwrap();
    }
}
