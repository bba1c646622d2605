//! Mean absolute error. PyTorch: `nn.L1Loss`.

use super::Elementwise;
use crate::Real;

/// Mean absolute error over all numbers of all samples, as PyTorch's `L1Loss`.
///
/// - value:    `mean |y − t|`
/// - gradient: `dy = sign(y − t) / count`
///
/// At the kink, `y = t`, the derivative is 0, as in PyTorch.
///
/// Of padded sequences write [`Steps<STEPS, Mae>`](super::Steps); plain `Mae` gives NaN for them.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::Mae};
///
/// let (y, target, mut dy) = (vector![1.0, 5.0], vector![1.0, 3.0], vector![0.0, 0.0]);
/// let value = Mae.value_and_grad(&y, &target, Some(&mut dy), 2.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (1.0_f32, vector![0.0, 0.5]));
/// ```
#[doc(alias = "L1Loss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Mae;

impl<T: Real> Elementwise<T> for Mae {
    #[inline(always)]
    fn term(&self, y: T, t: T) -> (T, T) {
        let d = y - t;
        (d.abs(), sign(d))
    }
}

/// 1, −1, or 0 for what is neither positive nor negative.
#[inline(always)]
pub(super) fn sign<T: Real>(d: T) -> T {
    if d > T::zero() {
        T::one()
    } else if d < T::zero() {
        -T::one()
    } else {
        T::zero()
    }
}

super::elementwise_loss!(Mae);

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, column};
    use crate::{Loss, Pass};

    #[test]
    fn by_hand_with_zero_slope_at_the_kink() {
        let (y, target) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![0.0, 2.0; 1.0, 7.0]);
        let mut dy = matrix![9.0, 9.0; 9.0, 9.0];
        let value = Mae.value_and_grad(&y, &target, Some(&mut dy), 4.0, Pass::infer());
        assert_eq!(value, 1.5);
        assert_eq!(dy, matrix![0.25, 0.0; 0.25, -0.25]);
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, target) = (matrix![0.3, -2.0, 1.7; -0.7, 0.4, 0.1], matrix![0.1, 2.0, 1.0; -0.9, 0.5, 0.6]);
        check_gradient(&Mae, &y, &target, Pass::infer().chunk(0, 2));
        check_shares(&Mae, &y, &target, None, |b| column(&target, b));
    }
}
