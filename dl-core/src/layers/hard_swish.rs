//! Piecewise quadratic swish. PyTorch: `nn.Hardswish`.

use crate::kernels::map::Known;
use crate::{Pointwise, Real};

/// Piecewise quadratic swish. PyTorch: `nn.Hardswish`.
///
/// - forward:  `y = 0` where `x ≤ −3`, `x` where `x ≥ 3`, else `x (x + 3) / 6`
/// - backward: `dx = 0` where `x ≤ −3`, `dy` where `x ≥ 3`, else `(x / 3 + 1 / 2) dy`
///
/// At the kinks the derivative is 0 and 1, as in PyTorch. `x` is kept. Howard and others: *Searching for MobileNetV3*
/// (2019).
///
/// ```
/// use dl_core::{Pointwise, layers::HardSwish};
///
/// assert_eq!((HardSwish::f(-4.0), HardSwish::f(1.5), HardSwish::f(4.0)), (0.0, 1.125, 4.0));
/// ```
#[doc(alias = "Hardswish")]
#[derive(Debug)]
pub struct HardSwish;

impl<T: Real> Pointwise<T> for HardSwish {
    const KNOWN: Option<Known> = Some(Known::HardSwish);
    #[inline(always)]
    fn f(x: T) -> T {
        x * (super::limit(x + T::of(3.0), T::zero(), T::of(6.0)) / T::of(6.0))
    }
    #[inline(always)]
    fn df(x: T) -> T {
        let slope = x / T::of(3.0) + T::of(0.5);
        let slope = if x >= T::of(3.0) { T::one() } else { slope };
        if x <= T::of(-3.0) { T::zero() } else { slope }
    }
}

super::no_params!(HardSwish = HardSwish);
super::pointwise_layer!(HardSwish, x);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        HardSwish.forward(&vector![-5.0, -1.5, 1.5, 3.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.0, -0.375, 1.125, 3.0]);
    }

    #[test]
    fn the_kinks_are_those_of_pytorch() {
        assert_eq!((HardSwish::df(-3.0), HardSwish::df(3.0)), (0.0, 1.0));
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut HardSwish, &mut matrix![-4.0, 1.0; -2.3, 3.7], Pass::infer()).unwrap();
    }
}
