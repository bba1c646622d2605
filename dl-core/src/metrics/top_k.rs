//! Top-k accuracy of a classifier. scikit-learn: `top_k_accuracy_score`.

use nalgebra::SMatrix;

use super::{Metric, Score, for_each_step, ratio};
use crate::{Pass, Real, Tokens, Vals};

/// The part of targets whose class is among the `K` largest scores: 0 to 1. scikit-learn: `top_k_accuracy_score`.
///
/// Shapes are those of [`Accuracy`](super::Accuracy), which is the same with `K` 1. Of equal scores those of the first
/// classes are the larger; NaN is the smallest, and never right.
///
/// ```
/// use dl_core::metrics::{Metric, Score, TopK};
/// use dl_core::{Pass, nalgebra::vector};
///
/// let mut top = TopK::<2>::new();
/// top.update(&vector![0.5_f32, 0.2, 0.3], &[[2]], Pass::<1>::infer());
/// top.update(&vector![0.5_f32, 0.2, 0.3], &[[1]], Pass::<1>::infer());
/// assert_eq!(top.value(), 0.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK<const K: usize, const STEPS: usize = 1> {
    /// A target with this index does not count.
    pub ignore_index: Option<u16>,
    /// How many answers were right.
    pub right: u64,
    /// How many there were.
    pub seen: u64,
}

impl<const K: usize> TopK<K> {
    /// For one class a sample.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::TopK::<5>::new().seen, 0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const K: usize, const STEPS: usize> TopK<K, STEPS> {
    /// For `STEPS` classes a sample.
    ///
    /// ```
    /// use dl_core::metrics::TopK;
    ///
    /// let of_20_steps = TopK::<5, 20> { ignore_index: Some(0), ..TopK::DEFAULT };
    /// assert_eq!(of_20_steps.seen, 0);
    /// ```
    pub const DEFAULT: Self = TopK { ignore_index: None, right: 0, seen: 0 };
}

impl<const K: usize, const STEPS: usize> Default for TopK<K, STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const K: usize, const STEPS: usize> Score for TopK<K, STEPS> {
    const NAME: &'static str = match K {
        1 => "top 1",
        2 => "top 2",
        3 => "top 3",
        5 => "top 5",
        10 => "top 10",
        _ => "top k",
    };
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        ratio(self.right, self.seen)
    }

    fn reset(&mut self) {
        *self = TopK { ignore_index: self.ignore_index, ..Self::DEFAULT };
    }
}

impl<T: Real, const N: usize, const K: usize, const STEPS: usize> Metric<T, Vals<N>, Tokens<STEPS>>
    for TopK<K, STEPS>
{
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        targets: &[[u16; STEPS]; B],
        pass: Pass<'a, B>,
    ) {
        for_each_step(y, targets, self.ignore_index, pass, |scores, target| {
            self.seen += 1;
            self.right += u64::from(is_among::<T, K>(scores, target));
        });
    }
}

/// Whether fewer than `K` scores are ahead of the target's.
fn is_among<T: Real, const K: usize>(scores: &[T], target: usize) -> bool {
    let Some(&own) = scores.get(target) else { return false };
    let ahead = |&(j, &s): &(usize, &T)| s > own || (s == own && j < target);
    !own.to_f64().is_nan() && scores.iter().enumerate().filter(ahead).count() < K
}

#[cfg(test)]
mod tests {
    use nalgebra::{SVector, vector};

    use super::*;
    use crate::Lens;

    #[test]
    fn ties_go_to_the_first_classes() {
        let scores = [1.0, 2.0, 2.0, 2.0];
        assert!(is_among::<f32, 2>(&scores, 1) && is_among::<f32, 2>(&scores, 2));
        assert!(!is_among::<f32, 2>(&scores, 3) && !is_among::<f32, 3>(&scores, 0));
        assert!(is_among::<f32, 4>(&scores, 0) && !is_among::<f32, 4>(&scores, 4));
    }

    #[test]
    fn nan_is_behind_every_number_and_never_right() {
        assert!(is_among::<f32, 1>(&[f32::NAN, -5.0], 1));
        assert!(!is_among::<f32, 2>(&[f32::NAN, -5.0], 0));
    }

    #[test]
    fn chunks_add_up_and_only_what_counts_counts() {
        let mut top = TopK::<1>::new();
        assert!(top.value().is_nan());
        for target in [0, 1, 5] {
            top.update(&vector![0.0, 1.0], &[[target]], Pass::<1>::infer());
        }
        top.update(&vector![0.0, 1.0], &[[1]], Pass::<1>::infer().chunk(3, 0));
        assert_eq!((top.right, top.seen), (1, 3));
        let mut top = TopK::<1, 3> { ignore_index: Some(7), ..TopK::DEFAULT };
        let y = SVector::<f32, 6>::from([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        top.update(&y, &[[0, 7, 0]], Pass::<1>::infer().with_lens(Lens::of(&[2])));
        assert_eq!((top.right, top.seen), (1, 1));
        top.reset();
        assert_eq!((top.ignore_index, top.seen), (Some(7), 0));
    }
}
