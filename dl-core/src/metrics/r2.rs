//! Coefficient of determination. scikit-learn: `r2_score`.

use nalgebra::SMatrix;

use super::{Metric, Score, for_each_number};
use crate::{Pass, Real, Vals};

/// Coefficient of determination `R²`, the mean over `F` features: 1 is perfect, 0 is no better than the mean.
/// scikit-learn: `r2_score`.
///
/// `1 − Σ (t − y)² / Σ (t − mean t)²` of each feature, and their mean. The sums around the mean are kept as they grow
/// (B. P. Welford: *Note on a method for calculating corrected sums of squares and products*, 1962).
///
/// The output is `[F]`, or with `STEPS` `[STEPS, F]`, where every valid step is a sample. A feature whose targets are all
/// equal gives 1 if the outputs are too, else 0, as scikit-learn's. NaN before there are two samples.
///
/// ```
/// use dl_core::metrics::{Metric, R2, Score};
/// use dl_core::{Pass, nalgebra::matrix};
///
/// let mut r2 = R2::<1>::new();
/// r2.update(&matrix![1.0_f32, 2.0, 4.0], &matrix![1.0, 2.0, 3.0], Pass::<3>::infer());
/// assert_eq!(r2.value(), 0.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct R2<const F: usize, const STEPS: usize = 1> {
    seen: [u64; F],
    mean: [f64; F],
    /// Summed squares around the mean of the targets.
    spread: [f64; F],
    /// Summed squares of the errors.
    error: [f64; F],
}

impl<const F: usize> R2<F> {
    /// For outputs without steps.
    ///
    /// ```
    /// use dl_core::metrics::{R2, Score};
    ///
    /// assert!(R2::<3>::new().value().is_nan());
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const F: usize, const STEPS: usize> R2<F, STEPS> {
    /// For outputs of `STEPS` steps.
    ///
    /// ```
    /// use dl_core::metrics::{R2, Score};
    ///
    /// assert!(R2::<3, 20>::DEFAULT.value().is_nan());
    /// ```
    pub const DEFAULT: Self = R2 { seen: [0; F], mean: [0.0; F], spread: [0.0; F], error: [0.0; F] };

    /// `R²` of each feature.
    ///
    /// ```
    /// assert!(dl_core::metrics::R2::<2>::new().features()[1].is_nan());
    /// ```
    pub fn features(&self) -> [f64; F] {
        core::array::from_fn(|i| {
            if self.seen[i] < 2 {
                f64::NAN
            } else if self.spread[i] != 0.0 {
                1.0 - self.error[i] / self.spread[i]
            } else if self.error[i] == 0.0 {
                1.0
            } else {
                0.0
            }
        })
    }
}

impl<const F: usize, const STEPS: usize> Default for R2<F, STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const F: usize, const STEPS: usize> Score for R2<F, STEPS> {
    const NAME: &'static str = "R²";
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        self.features().iter().sum::<f64>() / F as f64
    }

    fn reset(&mut self) {
        *self = Self::DEFAULT;
    }
}

impl<T: Real, const N: usize, const F: usize, const STEPS: usize> Metric<T, Vals<N>, Vals<N>>
    for R2<F, STEPS>
{
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(F > 0 && N == F * STEPS, "the output does not have as many features as the metric") }
        for_each_number::<T, N, STEPS, B>(y, target, pass, |y, t, i| {
            let (y, t) = (y.to_f64(), t.to_f64());
            self.seen[i] += 1;
            let before = t - self.mean[i];
            self.mean[i] += before / self.seen[i] as f64;
            self.spread[i] += before * (t - self.mean[i]);
            self.error[i] += (t - y) * (t - y);
        });
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::Lens;

    #[test]
    fn two_features_by_hand() {
        // The targets of scikit-learn's example: means 13/6 and -4/3, summed squares 36 1/6 and 32 2/3.
        let (target, y) = (matrix![0.5, -1.0, 7.0; 1.0, 1.0, -6.0], matrix![0.0, -1.0, 8.0; 2.0, 2.0, -5.0]);
        let expected = [1.0 - 1.25 / (217.0 / 6.0), 1.0 - 3.0 / (98.0 / 3.0)];
        let mut r2 = R2::<2>::new();
        r2.update(&y, &target, Pass::infer());
        for (found, expected) in r2.features().into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found}, by hand {expected}");
        }
        assert!((r2.value() - (expected[0] + expected[1]) / 2.0).abs() < 1e-14);
    }

    #[test]
    fn chunks_add_up_and_only_live_samples_count() {
        let mut r2 = R2::<1>::new();
        assert!(r2.value().is_nan());
        for (y, t) in [(1.0, 1.0), (2.0, 2.0), (4.0, 3.0)] {
            r2.update(&matrix![y, 77.0], &matrix![t, 0.0], Pass::<2>::infer().chunk(0, 1));
        }
        assert_eq!(r2.value(), 0.5);
        r2.reset();
        assert_eq!(r2, R2::new());
    }

    #[test]
    fn a_large_mean_costs_no_digits() {
        let mut r2 = R2::<1>::new();
        for i in 0..1000 {
            let t = 1e8 + f64::from(i % 2);
            r2.update(&vector![t + 0.5], &vector![t], Pass::<1>::infer());
        }
        assert!((r2.value() - 0.0).abs() < 1e-6, "{}", r2.value());
    }

    #[test]
    fn constant_targets_give_one_or_zero_and_a_single_sample_nothing() {
        let mut r2 = R2::<1>::new();
        r2.update(&matrix![1.0], &matrix![1.0], Pass::<1>::infer());
        assert!(r2.value().is_nan());
        r2.update(&matrix![1.0], &matrix![1.0], Pass::<1>::infer());
        assert_eq!(r2.value(), 1.0);
        r2.update(&matrix![2.0], &matrix![1.0], Pass::<1>::infer());
        assert_eq!(r2.value(), 0.0);
    }

    #[test]
    fn valid_steps_are_samples() {
        let mut r2 = R2::<1, 4>::DEFAULT;
        let (y, t) = (vector![1.0, 2.0, 4.0, 50.0], vector![1.0, 2.0, 3.0, 4.0]);
        r2.update(&y, &t, Pass::<1>::infer().with_lens(Lens::of(&[3])));
        assert_eq!(r2.value(), 0.5);
    }
}
