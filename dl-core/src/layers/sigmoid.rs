//! Logistic function. PyTorch: `nn.Sigmoid`.

use crate::kernels::map::{Known, KnownFromOutput};
use crate::{FromOutput, Pointwise, Real, math};

/// Logistic function. PyTorch: `nn.Sigmoid`.
///
/// Before a binary cross-entropy use the loss from logits instead: it is exact where this has rounded to 0 or 1.
///
/// - forward:  `y = 1 / (1 + e⁻ˣ)`
/// - backward: `dx = y (1 − y) dy`
///
/// It does not overflow for any finite `x`. Computed in place where possible.
///
/// ```
/// use dl_core::{Pointwise, layers::Sigmoid};
///
/// assert_eq!(Sigmoid::f(0.0), 0.5);
/// assert!((Sigmoid::f(1.0_f64) - 0.7310585786300049).abs() < 1e-15);
/// ```
#[derive(Debug)]
pub struct Sigmoid;

impl<T: Real> Pointwise<T> for Sigmoid {
    const KNOWN: Option<Known> = Some(Known::Sigmoid);
    #[inline(always)]
    fn f(x: T) -> T {
        math::sigmoid(x)
    }
    #[inline(always)]
    fn df(x: T) -> T {
        Self::df_at(Self::f(x))
    }
}

impl<T: Real> FromOutput<T> for Sigmoid {
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = Some(KnownFromOutput::Sigmoid);
    #[inline(always)]
    fn df_at(y: T) -> T {
        y * (T::one() - y)
    }
}

super::no_params!(Sigmoid = Sigmoid);
super::pointwise_layer!(Sigmoid, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // σ(ln 3) = 3 / 4
        let mut y = vector![9.0, 9.0, 9.0];
        Sigmoid.forward(&vector![0.0, math::ln(3.0), -math::ln(3.0)], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(y, vector![0.5, 0.75, 0.25], max_relative = 1e-12);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Sigmoid, &mut matrix![-4.0, -1.0, 0.0; -0.3, 0.7, 3.5], Pass::infer()).unwrap();
    }
}
