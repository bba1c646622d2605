//! Bringing features to one scale: fitted on the samples to train on, applied to all.

use std::path::Path;

use dl_core::{Real, math};

use super::csv;
use crate::{Error, Result};

/// Shifts and scales each feature, or each channel: `(x − shift) / scale`.
///
/// [`standardize`](Scale::standardize) gives each feature mean 0 and deviation 1,
/// [`standardize_channels`](Scale::standardize_channels) does so for the channels of images, and
/// [`min_max`](Scale::min_max) brings each feature to 0..1. What is constant is only shifted.
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
    /// For each feature, or for each channel: as many neighbours as there are to a channel share a number.
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
        Self::standardize_groups(samples, N)
    }

    /// Mean 0 and deviation 1 in each of `C` channels of samples `[C, ..]`, such as images `[3, 32, 32]`: one shift and
    /// one scale a channel, over all its numbers in all samples.
    ///
    /// Without samples, nothing is scaled.
    ///
    /// ```
    /// use dl_host::data::Scale;
    ///
    /// let mut image = [[1.0, 3.0, 10.0, 30.0]]; // [2, 1, 2]
    /// let scale = Scale::standardize_channels::<2>(&image);
    /// assert_eq!((scale.shift(), scale.scale()), (&[2.0, 20.0][..], &[1.0, 10.0][..]));
    /// scale.apply(&mut image);
    /// assert_eq!(image, [[-1.0, 1.0, -1.0, 1.0]]);
    /// ```
    #[doc(alias = "Normalize")]
    pub fn standardize_channels<const C: usize>(samples: &[[T; N]]) -> Self {
        const { assert!(C > 0 && N.is_multiple_of(C), "the samples do not have this number of channels") }
        Self::standardize_groups(samples, C)
    }

    fn standardize_groups(samples: &[[T; N]], groups: usize) -> Self {
        let n = (samples.len() * (N / groups.max(1))).max(1) as f64;
        let mean = sums(samples, groups, |_, x| x).into_iter().map(|sum| sum / n).collect::<Vec<_>>();
        let squares = sums(samples, groups, |i, x| (x - mean[i]) * (x - mean[i]));
        let deviation = squares.into_iter().zip(&mean).map(|(sum, mean)| {
            // What rounding leaves of a constant feature is no deviation.
            let (variance, rounding) = (sum / n, n * f64::EPSILON * mean);
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

    /// Writes shifts and scales as a CSV table with a row for each feature or channel; the file appears when it is
    /// complete.
    ///
    /// ```
    /// use dl_host::data::Scale;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("scale.csv");
    /// let scale = Scale::<f32, 1>::min_max(&[[1.0], [5.5]]);
    /// scale.save(&path)?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "shift,scale\n1,4.5\n");
    /// assert_eq!(Scale::load(&path)?, scale);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        // Every scalar is exact in an f64, whose decimals are read back as the same number.
        let rows = self.shift.iter().zip(&self.scale).map(|(shift, scale)| [shift.to_f64(), scale.to_f64()]);
        csv::write(path, &["shift", "scale"], rows)
    }

    /// What [`save`](Scale::save) wrote, the same bits.
    ///
    /// ```
    /// use dl_host::data::Scale;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("scale.csv");
    /// std::fs::write(&path, "shift,scale\n0.5,0.25\n")?; // one channel, whatever its size
    /// let mut sample = [[0.0, 1.0]];
    /// Scale::load(&path)?.apply(&mut sample);
    /// assert_eq!(sample, [[-2.0_f32, 2.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, holds no such table, the number of its rows does not divide `N`, or a scale is 0.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let rows = csv::read(path)?.numbers::<T, 2>(["shift", "scale"])?;
        if rows.is_empty() || !N.is_multiple_of(rows.len()) {
            let expected = format_args!("{N}, or a number of channels that divides it");
            return Err(Error::content(path, "rows", rows.len(), expected));
        }
        if let Some(row) = rows.iter().position(|[_, scale]| *scale == T::zero()) {
            return Err(Error::content(path, format_args!("scale in row {row}"), 0, "another number"));
        }
        Ok(Scale {
            shift: rows.iter().map(|[shift, _]| *shift).collect(),
            scale: rows.iter().map(|[_, scale]| *scale).collect(),
        })
    }

    /// What is subtracted: `N` numbers, or one for each channel.
    ///
    /// ```
    /// assert_eq!(dl_host::data::Scale::min_max(&[[1.0], [5.0]]).shift(), [1.0]);
    /// ```
    pub fn shift(&self) -> &[T] {
        &self.shift
    }

    /// What is divided by: `N` numbers, or one for each channel.
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
        let each = N / self.shift.len().max(1);
        for sample in samples {
            for (i, x) in sample.iter_mut().enumerate() {
                *x = f(*x, self.shift[i / each], self.scale[i / each]);
            }
        }
    }
}

/// The sum of `f(group, value)` over all samples, for each of `groups` groups of neighbours.
fn sums<T: Real, const N: usize>(
    samples: &[[T; N]],
    groups: usize,
    f: impl Fn(usize, f64) -> f64,
) -> Vec<f64> {
    let (mut sums, each) = (vec![0.0; groups], N / groups.max(1));
    for sample in samples {
        for (i, x) in sample.iter().enumerate() {
            sums[i / each] += f(i / each, x.to_f64());
        }
    }
    sums
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
    fn channels_have_one_shift_and_one_scale_each() {
        let mut images = [[1.0_f64, 3.0, 2.0, 7.0, 7.0, 7.0], [5.0, 1.0, 0.0, 7.0, 7.0, 7.0]]; // [2, 1, 3]
        let scale = Scale::standardize_channels::<2>(&images);
        assert_eq!((scale.shift(), scale.scale()), (&[2.0, 7.0][..], &[(16.0_f64 / 6.0).sqrt(), 1.0][..]));
        scale.apply(&mut images);
        assert_eq!(images[1][3..], [0.0; 3]);
        assert!(
            (images.iter().flat_map(|image| &image[..3]).map(|x| x * x).sum::<f64>() - 6.0).abs() < 1e-14
        );
        scale.undo(&mut images);
        assert!((images[1][0] - 5.0).abs() < 1e-15);
        let each = Scale::standardize(&images);
        assert_eq!(Scale::standardize_channels::<6>(&images), each);
    }

    #[test]
    fn a_saved_scale_is_the_same_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scale.csv");
        let scale = Scale::standardize(&[[0.1_f32, 1e-30, 3e9], [0.7, 2.5e-30, -1.0 / 3.0]]);
        scale.save(&path).unwrap();
        assert_eq!(Scale::load(&path).unwrap(), scale);
        let error = Scale::<f32, 4>::load(&path).unwrap_err().to_string();
        assert!(
            error.ends_with("rows: found 3, expected 4, or a number of channels that divides it"),
            "{error}"
        );
        std::fs::write(&path, "shift,scale\n1,0\n").unwrap();
        let error = Scale::<f32, 4>::load(&path).unwrap_err().to_string();
        assert!(error.ends_with("scale in row 0: found 0, expected another number"), "{error}");
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
