//! Bringing features to one scale: fitted on the samples to train on, applied to all.

use dl_core::{Real, math};

/// Shifts and scales each feature: `(x − shift) / scale`.
///
/// [`standardize`](Scale::standardize) gives each feature mean 0 and deviation 1, [`min_max`](Scale::min_max) brings
/// it to 0..1. A feature that is constant is only shifted.
///
/// ```
/// use dl_host::data::Scale;
///
/// let mut train = [[1.0, 5.0], [3.0, 5.0]];
/// let scale = Scale::standardize(&train);
/// scale.apply(&mut train);
/// assert_eq!(train, [[-1.0, 0.0], [1.0, 0.0]]);
///
/// let mut test = [[4.0_f32, 6.0]]; // in units of the training samples
/// scale.apply(&mut test);
/// assert_eq!(test, [[2.0, 1.0]]);
/// scale.undo(&mut test);
/// assert_eq!(test, [[4.0, 6.0]]);
/// ```
#[doc(alias = "StandardScaler")]
#[doc(alias = "MinMaxScaler")]
#[derive(Clone, Debug, PartialEq)]
pub struct Scale<T, const N: usize> {
    shift: Vec<T>,
    scale: Vec<T>,
}

impl<T: Real, const N: usize> Scale<T, N> {
    /// Mean 0 and deviation 1: `shift` is the mean, `scale` the square root of the mean squared distance from it.
    ///
    /// Without samples, nothing is scaled.
    ///
    /// ```
    /// let scale = dl_host::data::Scale::standardize(&[[1.0], [3.0]]);
    /// assert_eq!((scale.shift(), scale.scale()), (&[2.0][..], &[1.0][..]));
    /// ```
    pub fn standardize(samples: &[[T; N]]) -> Self {
        let n = samples.len().max(1) as f64;
        let mean = sums(samples, |_, x| x).map(|sum| sum / n).collect::<Vec<_>>();
        let variance = sums(samples, |i, x| (x - mean[i]) * (x - mean[i])).map(|sum| sum / n);
        let deviation = variance.zip(&mean).map(|(variance, mean)| {
            // What rounding leaves of a constant feature is no deviation.
            let rounding = n * f64::EPSILON * mean;
            if variance <= rounding * rounding { 1.0 } else { math::sqrt(variance) }
        });
        Self::new(deviation.collect(), mean)
    }

    /// Least value 0 and greatest 1: `shift` is the least, `scale` the difference.
    ///
    /// Without samples, nothing is scaled.
    ///
    /// ```
    /// let mut samples = [[1.0], [2.0], [5.0]];
    /// dl_host::data::Scale::min_max(&samples).apply(&mut samples);
    /// assert_eq!(samples, [[0.0], [0.25], [1.0]]);
    /// ```
    pub fn min_max(samples: &[[T; N]]) -> Self {
        let Some(first) = samples.first() else {
            return Self::new(vec![1.0; N], vec![0.0; N]);
        };
        let extreme = |pick: fn(f64, f64) -> f64| {
            let mut extreme = first.iter().map(|x| x.to_f64()).collect::<Vec<_>>();
            for sample in samples {
                for (extreme, x) in extreme.iter_mut().zip(sample) {
                    *extreme = pick(*extreme, x.to_f64());
                }
            }
            extreme
        };
        let (min, max) = (extreme(f64::min), extreme(f64::max));
        let range = max.iter().zip(&min).map(|(max, min)| max - min);
        Self::new(range.map(|range| if range == 0.0 { 1.0 } else { range }).collect(), min)
    }

    fn new(scale: Vec<f64>, shift: Vec<f64>) -> Self {
        let cast = |values: Vec<f64>| values.into_iter().map(T::of).collect();
        Scale { shift: cast(shift), scale: cast(scale) }
    }

    /// What is subtracted, `N` numbers.
    ///
    /// ```
    /// assert_eq!(dl_host::data::Scale::min_max(&[[1.0], [5.0]]).shift(), [1.0]);
    /// ```
    pub fn shift(&self) -> &[T] {
        &self.shift
    }

    /// What is divided by, `N` numbers.
    ///
    /// ```
    /// assert_eq!(dl_host::data::Scale::min_max(&[[1.0], [5.0]]).scale(), [4.0]);
    /// ```
    pub fn scale(&self) -> &[T] {
        &self.scale
    }

    /// `x ← (x − shift) / scale`
    ///
    /// ```
    /// let mut sample = [[3.0]];
    /// dl_host::data::Scale::min_max(&[[1.0], [5.0]]).apply(&mut sample);
    /// assert_eq!(sample, [[0.5]]);
    /// ```
    pub fn apply(&self, samples: &mut [[T; N]]) {
        self.each(samples, |x, shift, scale| (x - shift) / scale);
    }

    /// `x ← x scale + shift`: predictions of a scaled target, in its own unit.
    ///
    /// ```
    /// let mut prediction = [[0.5]];
    /// dl_host::data::Scale::min_max(&[[1.0], [5.0]]).undo(&mut prediction);
    /// assert_eq!(prediction, [[3.0]]);
    /// ```
    pub fn undo(&self, samples: &mut [[T; N]]) {
        self.each(samples, |x, shift, scale| x * scale + shift);
    }

    fn each(&self, samples: &mut [[T; N]], f: impl Fn(T, T, T) -> T) {
        for sample in samples {
            for ((x, &shift), &scale) in sample.iter_mut().zip(&self.shift).zip(&self.scale) {
                *x = f(*x, shift, scale);
            }
        }
    }
}

/// The sum of `f(feature, value)` over all samples, for each feature.
fn sums<T: Real, const N: usize>(
    samples: &[[T; N]],
    f: impl Fn(usize, f64) -> f64,
) -> impl Iterator<Item = f64> {
    let mut sums = vec![0.0; N];
    for sample in samples {
        for (i, (sum, x)) in sums.iter_mut().zip(sample).enumerate() {
            *sum += f(i, x.to_f64());
        }
    }
    sums.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardized_features_have_mean_0_and_deviation_1() {
        let mut samples = [[1.0_f64, -3.0], [2.0, 9.0], [6.0, 0.5]];
        Scale::standardize(&samples).apply(&mut samples);
        for i in 0..2 {
            let mean = samples.iter().map(|s| s[i]).sum::<f64>() / 3.0;
            let square = samples.iter().map(|s| s[i] * s[i]).sum::<f64>() / 3.0;
            assert!(mean.abs() < 1e-15 && (square - 1.0).abs() < 1e-15, "feature {i}: {mean} {square}");
        }
    }

    #[test]
    fn a_constant_feature_is_only_shifted() {
        for constant in [0.0, 0.1, 1e20, -1e-30] {
            let samples = [[constant]; 1000];
            for scale in [Scale::standardize(&samples), Scale::min_max(&samples)] {
                assert_eq!(scale.scale(), [1.0_f64], "{constant}");
                let mut some = samples;
                scale.apply(&mut some);
                assert!(some[0][0].abs() <= constant.abs() * 1e-12, "{constant} became {}", some[0][0]);
            }
        }
    }

    #[test]
    fn least_and_greatest_become_0_and_1() {
        let mut samples = [[-2.0_f32], [0.0], [2.0]];
        Scale::min_max(&samples).apply(&mut samples);
        assert_eq!(samples, [[0.0], [0.5], [1.0]]);
    }

    #[test]
    fn without_samples_nothing_is_scaled() {
        for scale in [Scale::<f32, 2>::standardize(&[]), Scale::min_max(&[])] {
            assert_eq!((scale.shift(), scale.scale()), (&[0.0; 2][..], &[1.0; 2][..]));
        }
    }
}
