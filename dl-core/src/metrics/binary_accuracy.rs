//! Accuracy of yes-or-no outputs.

use nalgebra::SMatrix;

use super::{Metric, Score, for_each_number, ratio};
use crate::{Pass, Real, Vals};

/// The part of numbers that are on the target's side of `threshold`: 0 to 1.
///
/// An output above `threshold` says yes, a target above one half is yes: targets are 0 and 1, or −1 and 1. The default
/// threshold, 0, is for logits ([`BinaryCrossEntropy`](crate::loss::BinaryCrossEntropy),
/// [`Hinge`](crate::loss::Hinge)); for probabilities it is 0.5. NaN is wrong.
///
/// ```
/// use dl_core::metrics::{BinaryAccuracy, Metric, Score};
/// use dl_core::{Pass, nalgebra::vector};
///
/// let mut accuracy = BinaryAccuracy::new();
/// accuracy.update(&vector![2.0_f32, -3.0, 0.1, -0.1], &vector![1.0, 0.0, 0.0, 0.0], Pass::<1>::infer());
/// assert_eq!(accuracy.value(), 0.75);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryAccuracy<const STEPS: usize = 1> {
    /// An output above it says yes.
    pub threshold: f64,
    /// How many answers were right.
    pub right: u64,
    /// How many there were.
    pub seen: u64,
}

impl BinaryAccuracy {
    /// For logits.
    ///
    /// ```
    /// use dl_core::metrics::BinaryAccuracy;
    ///
    /// let of_probabilities = BinaryAccuracy { threshold: 0.5, ..BinaryAccuracy::new() };
    /// assert_eq!(of_probabilities.seen, 0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> BinaryAccuracy<STEPS> {
    /// For the logits of `STEPS` steps, of which those past a sample's length do not count.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::BinaryAccuracy::<20>::DEFAULT.threshold, 0.0);
    /// ```
    pub const DEFAULT: Self = BinaryAccuracy { threshold: 0.0, right: 0, seen: 0 };
}

impl<const STEPS: usize> Default for BinaryAccuracy<STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Score for BinaryAccuracy<STEPS> {
    const NAME: &'static str = "accuracy";
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        ratio(self.right, self.seen)
    }

    fn reset(&mut self) {
        *self = BinaryAccuracy { threshold: self.threshold, ..Self::DEFAULT };
    }
}

impl<T: Real, const N: usize, const STEPS: usize> Metric<T, Vals<N>, Vals<N>> for BinaryAccuracy<STEPS> {
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        pass: Pass<'a, B>,
    ) {
        let threshold = self.threshold;
        for_each_number::<T, N, STEPS, B>(y, target, pass, |y, t, _| {
            let (y, yes) = (y.to_f64(), t.to_f64() > 0.5);
            self.seen += 1;
            self.right += u64::from(if yes { y > threshold } else { y <= threshold });
        });
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::Lens;

    #[test]
    fn signs_and_probabilities_both_work_and_nan_is_wrong() {
        let mut accuracy = BinaryAccuracy::new();
        accuracy.update(
            &vector![1.0, -1.0, 1.0, f64::NAN],
            &vector![1.0, -1.0, -1.0, -1.0],
            Pass::<1>::infer(),
        );
        assert_eq!((accuracy.right, accuracy.seen), (2, 4));
        let mut accuracy = BinaryAccuracy { threshold: 0.5, ..BinaryAccuracy::new() };
        accuracy.update(&vector![0.6, 0.5], &vector![1.0, 0.0], Pass::<1>::infer());
        assert_eq!(accuracy.value(), 1.0);
        accuracy.reset();
        assert!(accuracy.value().is_nan() && accuracy.threshold == 0.5);
    }

    #[test]
    fn only_live_samples_and_valid_steps_count() {
        let mut accuracy = BinaryAccuracy::<2>::DEFAULT;
        let (y, target) = (matrix![1.0, 1.0; -1.0, -1.0], matrix![1.0, 1.0; 1.0, 1.0]);
        accuracy.update(&y, &target, Pass::<2>::infer().chunk(0, 1).with_lens(Lens::of(&[1, 2])));
        assert_eq!((accuracy.right, accuracy.seen), (1, 1));
    }
}
