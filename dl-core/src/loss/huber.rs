//! Huber loss: squared near the target, linear away from it. PyTorch: `nn.HuberLoss`.

use super::Elementwise;
use super::mae::sign;
use crate::Real;

/// Huber loss, the mean over all numbers of all samples, as PyTorch's `HuberLoss`.
///
/// With `d = y − t`:
///
/// - value:    mean of `d² / 2` where `|d| ≤ delta`, else `delta (|d| − delta / 2)`
/// - gradient: `dy = d / count` where `|d| ≤ delta`, else `delta sign(d) / count`
///
/// P. J. Huber: *Robust estimation of a location parameter*, 1964.
///
/// Divided by `delta` it is PyTorch's `SmoothL1Loss` with `beta = delta`; with `delta` 1 they are the same. Of padded
/// sequences write [`Steps<STEPS, Huber>`](super::Steps); plain `Huber` gives NaN for them.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::Huber};
///
/// let (y, target, mut dy) = (vector![1.0, 5.0], vector![0.0, 0.0], vector![0.0, 0.0]);
/// let value = Huber { delta: 2.0 }.value_and_grad(&y, &target, Some(&mut dy), 2.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (4.25_f32, vector![0.5, 1.0]));
/// ```
#[doc(alias = "HuberLoss")]
#[doc(alias = "SmoothL1Loss")]
#[derive(Clone, Copy, Debug)]
pub struct Huber {
    /// Where the loss turns from squared to linear; above 0.
    pub delta: f64,
}

impl Huber {
    /// PyTorch's default: `delta` is 1.
    ///
    /// ```
    /// assert_eq!(dl_core::loss::Huber::new().delta, 1.0);
    /// ```
    pub const fn new() -> Self {
        Huber { delta: 1.0 }
    }
}

impl Default for Huber {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Elementwise<T> for Huber {
    #[inline(always)]
    fn term(&self, y: T, t: T) -> (T, T) {
        let (d, delta, half) = (y - t, T::of(self.delta), T::of(0.5));
        if d.abs() <= delta { (half * d * d, d) } else { (delta * (d.abs() - half * delta), delta * sign(d)) }
    }
}

super::elementwise_loss!(Huber);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, column};
    use crate::{Loss, Pass};

    #[test]
    fn by_hand_on_both_sides_of_delta() {
        let (y, target) = (vector![1.0, -4.0, 2.0, 0.0], vector![0.0, 0.0, 0.0, 0.0]);
        let mut dy = vector![9.0, 9.0, 9.0, 9.0];
        let value = Huber { delta: 2.0 }.value_and_grad(&y, &target, Some(&mut dy), 4.0, Pass::<1>::infer());
        assert_eq!(value, (0.5 + 6.0 + 2.0) / 4.0);
        assert_eq!(dy, vector![0.25, -0.5, 0.5, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, target) = (matrix![0.3, -2.0, 1.7; -0.7, 0.4, 0.1], matrix![0.1, 2.0, 1.0; -0.9, 0.5, 0.6]);
        let loss = Huber { delta: 0.55 };
        check_gradient(&loss, &y, &target, Pass::infer().chunk(0, 2));
        check_gradient(&loss, &y, &target, Pass::infer());
        check_shares(&loss, &y, &target, None, |b| column(&target, b));
    }
}
