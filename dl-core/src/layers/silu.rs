//! Sigmoid linear unit, also called swish. PyTorch: `nn.SiLU`.

use crate::kernels::map::Known;
use crate::{Pointwise, Real, math};

/// Sigmoid linear unit, also called swish. PyTorch: `nn.SiLU`.
///
/// - forward:  `y = x σ(x)`
/// - backward: `dx = σ(x) (1 + x (1 − σ(x))) dy`
///
/// The derivative does not follow from `y` (the function is not monotonous), so `x` is kept. In `f32` the error is below
/// `1.5e-7 max(1, |y|)`. Elfwing, Uchibe, Doya: *Sigmoid-weighted linear units for neural network function
/// approximation in reinforcement learning* (2017).
///
/// ```
/// use dl_core::{Pointwise, layers::Silu};
///
/// assert!((Silu::f(1.0_f64) - 0.7310585786300049).abs() < 1e-15);
/// assert!((Silu::df(1.0_f64) - 0.9276705118714869).abs() < 1e-15);
/// ```
#[doc(alias = "SiLU")]
#[doc(alias = "Swish")]
#[derive(Debug)]
pub struct Silu;

impl<T: Real> Pointwise<T> for Silu {
    const KNOWN: Option<Known> = Some(Known::Silu);
    #[inline(always)]
    fn f(x: T) -> T {
        x * math::sigmoid(x)
    }
    #[inline(always)]
    fn df(x: T) -> T {
        let (s, ds) = math::sigmoid_and_slope(x);
        s + x * ds
    }
}

super::no_params!(Silu = Silu);
super::pointwise_layer!(Silu, x);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // σ(ln 3) = 3 / 4
        let mut y = vector![9.0, 9.0, 9.0];
        Silu.forward(&vector![0.0, math::ln(3.0), -math::ln(3.0)], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(
            y,
            vector![0.0, 0.75 * math::ln(3.0), -0.25 * math::ln(3.0)],
            max_relative = 1e-12
        );
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Silu, &mut matrix![-4.0, -1.0, 0.0; -0.3, 0.7, 3.5], Pass::infer()).unwrap();
    }
}
