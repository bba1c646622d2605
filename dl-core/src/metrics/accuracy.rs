//! Accuracy of a classifier. scikit-learn: `accuracy_score`.

use nalgebra::SMatrix;

use super::{Metric, Score, argmax, for_each_step, ratio};
use crate::{Pass, Real, Tokens, Vals};

/// The part of targets whose class has the largest score: 0 to 1. scikit-learn: `accuracy_score`.
///
/// The output is `[C]` and the target a class, or with `STEPS` `[STEPS, C]` and a class a step. Of equal scores the
/// first counts; where all are NaN, and for a target that is no class, the answer is wrong.
///
/// ```
/// use dl_core::metrics::{Accuracy, Metric, Score};
/// use dl_core::{Pass, nalgebra::matrix};
///
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&matrix![0.9_f32, 0.2; 0.1, 0.8], &[[0], [0]], Pass::<2>::infer());
/// assert_eq!(accuracy.value(), 0.5);
///
/// let of_20_steps = Accuracy::<20> { ignore_index: Some(0), ..Accuracy::DEFAULT };
/// # let _ = of_20_steps;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accuracy<const STEPS: usize = 1> {
    /// A target with this index does not count.
    pub ignore_index: Option<u16>,
    /// How many answers were right.
    pub right: u64,
    /// How many there were.
    pub seen: u64,
}

impl Accuracy {
    /// For one class a sample.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::Accuracy::new().seen, 0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Accuracy<STEPS> {
    /// For `STEPS` classes a sample.
    ///
    /// ```
    /// use dl_core::metrics::Accuracy;
    ///
    /// let of_20_steps = Accuracy::<20> { ignore_index: Some(0), ..Accuracy::DEFAULT };
    /// assert_eq!(of_20_steps.seen, 0);
    /// ```
    pub const DEFAULT: Self = Accuracy { ignore_index: None, right: 0, seen: 0 };
}

impl<const STEPS: usize> Default for Accuracy<STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Score for Accuracy<STEPS> {
    const NAME: &'static str = "accuracy";
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        ratio(self.right, self.seen)
    }

    fn reset(&mut self) {
        *self = Accuracy { ignore_index: self.ignore_index, ..Self::DEFAULT };
    }
}

impl<T: Real, const N: usize, const STEPS: usize> Metric<T, Vals<N>, Tokens<STEPS>> for Accuracy<STEPS> {
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        targets: &[[u16; STEPS]; B],
        pass: Pass<'a, B>,
    ) {
        for_each_step(y, targets, self.ignore_index, pass, |scores, target| {
            self.seen += 1;
            self.right += u64::from(argmax(scores) == Some(target));
        });
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{SVector, matrix};

    use super::*;
    use crate::Lens;

    #[test]
    fn chunks_add_up_and_only_live_samples_count() {
        let mut accuracy = Accuracy::new();
        assert!(accuracy.value().is_nan());
        let y = matrix![1.0, 0.0, 5.0; 0.0, 1.0, 5.0];
        accuracy.update(&y, &[[0], [0], [0]], Pass::infer());
        assert_eq!((accuracy.right, accuracy.seen), (2, 3));
        accuracy.update(&y, &[[0], [1], [1]], Pass::<3>::infer().chunk(3, 2));
        assert_eq!(accuracy.value(), 0.8);
        accuracy.reset();
        assert_eq!(accuracy, Accuracy::new());
    }

    #[test]
    fn targets_that_are_no_class_and_outputs_that_are_no_numbers_are_wrong() {
        let mut accuracy = Accuracy::new();
        accuracy.update(&matrix![1.0, f64::NAN; 0.0, f64::NAN], &[[9], [0]], Pass::infer());
        assert_eq!(accuracy.value(), 0.0);
    }

    #[test]
    fn ignored_targets_and_padded_steps_do_not_count() {
        let mut accuracy = Accuracy::<3> { ignore_index: Some(7), ..Accuracy::DEFAULT };
        let y = SVector::<f32, 6>::from([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        accuracy.update(&y, &[[0, 7, 0]], Pass::<1>::infer().with_lens(Lens::of(&[2])));
        assert_eq!((accuracy.right, accuracy.seen), (1, 1));
        accuracy.reset();
        assert_eq!(accuracy.ignore_index, Some(7));
    }
}
