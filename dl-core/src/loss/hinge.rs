//! Hinge loss of a binary classifier. scikit-learn: `hinge_loss`.

use super::Elementwise;
use crate::Real;

/// Hinge loss `mean max(0, 1 − t y)` with targets `±1`, as scikit-learn's `hinge_loss`.
///
/// The target `t` is 1 or −1, the sign of `y` is the decision:
///
/// - value:    `mean max(0, 1 − t y)`
/// - gradient: `dy = −t / count` where `t y < 1`, else 0
///
/// At the kink, `t y = 1`, the derivative is 0. PyTorch has no loss of this form (`HingeEmbeddingLoss` is another).
/// C. Cortes, V. Vapnik: *Support-vector networks*, 1995.
///
/// For one of several classes see [`MultiMargin`](super::MultiMargin). Of padded sequences write
/// [`Steps<STEPS, Hinge>`](super::Steps); plain `Hinge` gives NaN for them.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::Hinge};
///
/// let (y, target, mut dy) = (vector![2.0, 0.5], vector![1.0, -1.0], vector![0.0, 0.0]);
/// let value = Hinge.value_and_grad(&y, &target, Some(&mut dy), 2.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (0.75_f32, vector![0.0, 0.5]));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Hinge;

impl<T: Real> Elementwise<T> for Hinge {
    #[inline(always)]
    fn term(&self, y: T, t: T) -> (T, T) {
        let slack = T::one() - t * y;
        // Written so that a NaN goes on to the value.
        if slack <= T::zero() { (T::zero(), T::zero()) } else { (slack, -t) }
    }
}

super::elementwise_loss!(Hinge);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, column};
    use crate::{Loss, Pass};

    #[test]
    fn by_hand_with_zero_slope_at_the_kink() {
        let (y, target) = (vector![1.0, -3.0, -3.0, 0.5], vector![1.0, 1.0, -1.0, 1.0]);
        let mut dy = vector![9.0, 9.0, 9.0, 9.0];
        let value = Hinge.value_and_grad(&y, &target, Some(&mut dy), 4.0, Pass::<1>::infer());
        assert_eq!(value, 4.5 / 4.0);
        assert_eq!(dy, vector![0.0, -0.25, 0.0, -0.25]);
        assert!(Elementwise::<f64>::term(&Hinge, f64::NAN, 1.0).0.is_nan());
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, target) = (matrix![0.3, -2.0, 1.7; -0.7, 0.4, 0.1], matrix![1.0, 1.0, 1.0; -1.0, -1.0, 1.0]);
        check_gradient(&Hinge, &y, &target, Pass::infer().chunk(0, 2));
        check_shares(&Hinge, &y, &target, None, |b| column(&target, b));
    }
}
