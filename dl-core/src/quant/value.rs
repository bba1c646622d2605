//! What a calibration knows about one value of a network.

use super::affine::Affine;
use crate::Blank;
use crate::params::Path;

/// Bins of a histogram.
const BINS: usize = 512;
/// What a new sample counts in a moving average: PyTorch's `averaging_constant`.
const NEW: f32 = 0.01;

/// How ranges are chosen from what was seen.
///
/// | method | the range |
/// |---|---|
/// | `MinMax` | all that was seen |
/// | `MovingAverage` | least and largest of a sample, averaged over the samples: each counts 0.01, what was before it 0.99 |
/// | `Percentile(99.9)` | so much of what was seen, the same share left out at both ends |
///
/// A range that is left out in part gives finer steps to the rest: what lies beyond gets the end of the range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Method {
    /// From the least to the largest number.
    #[default]
    MinMax,
    /// From the average least to the average largest number of a sample.
    MovingAverage,
    /// The middle part, in percent, of all numbers.
    Percentile(f32),
}

/// What a calibration has seen of one value, and how far the integers are from it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Value {
    samples: u32,
    least: f32,
    largest: f32,
    average_least: f32,
    average_largest: f32,
    /// The histogram is from `−reach` to `reach`, a power of two.
    reach: f32,
    bins: [u32; BINS],
    affine: Affine,
    pixels: u32,
    signal: f64,
    noise: f64,
}

/// The values of a network, by name.
pub trait Values {
    /// Shows every value, in order.
    fn visit(&self, at: Path<'_>, f: &mut dyn FnMut(Path<'_>, &Value));
}

impl Values for () {
    fn visit(&self, _: Path<'_>, _: &mut dyn FnMut(Path<'_>, &Value)) {}
}

impl Value {
    /// Takes in the numbers of one sample. What is not finite is left out.
    pub fn see(&mut self, sample: &[f32]) {
        let finite = || sample.iter().copied().filter(|x| x.is_finite());
        let (Some(least), Some(largest)) = (finite().reduce(f32::min), finite().reduce(f32::max)) else {
            return;
        };
        if self.samples == 0 {
            (self.least, self.largest) = (least, largest);
            (self.average_least, self.average_largest) = (least, largest);
        }
        (self.least, self.largest) = (self.least.min(least), self.largest.max(largest));
        self.average_least += NEW * (least - self.average_least);
        self.average_largest += NEW * (largest - self.average_largest);
        self.samples = self.samples.saturating_add(1);
        self.widen(least.abs().max(largest.abs()));
        let per_bin = BINS as f32 / 2.0 / self.reach;
        for x in finite() {
            let bin = (x * per_bin + BINS as f32 / 2.0) as usize;
            let bin = &mut self.bins[bin.min(BINS - 1)];
            *bin = bin.saturating_add(1);
        }
    }

    /// Makes the histogram reach `magnitude`: two bins become one as often as need be.
    fn widen(&mut self, magnitude: f32) {
        if self.reach == 0.0 {
            self.reach = f32::from_bits(0x0080_0000); // the least normal number
        }
        while self.reach <= magnitude && self.reach < f32::MAX / 2.0 {
            self.reach *= 2.0;
            let old = |bins: &[u32; BINS], i: usize| bins[i].saturating_add(bins[i + 1]);
            // towards the middle, from both sides of it: no bin is read after it is written
            for i in (BINS / 4..BINS / 2).rev() {
                self.bins[i] = old(&self.bins, 2 * i - BINS / 2);
                let j = BINS - 1 - i;
                self.bins[j] = old(&self.bins, 2 * j - BINS / 2);
            }
            self.bins[..BINS / 4].fill(0);
            self.bins[BINS * 3 / 4..].fill(0);
        }
    }

    /// The range, by one of the methods.
    ///
    /// ```
    /// use dl_core::{Blank, quant::{Method, Value}};
    ///
    /// let mut value = Value::ZERO;
    /// value.see(&[-1.0, 0.0, 2.0]);
    /// value.see(&[0.0, 0.0, 12.0]);
    /// assert_eq!(value.range(Method::MinMax), [-1.0, 12.0]);
    /// assert_eq!(value.range(Method::MovingAverage), [-0.99, 2.1]);
    /// assert_eq!(value.range(Method::Percentile(60.0)), [0.0, 2.0625]); // of six numbers, all but one at each end
    /// ```
    pub fn range(&self, method: Method) -> [f32; 2] {
        match method {
            Method::MinMax => [self.least, self.largest],
            Method::MovingAverage => [self.average_least, self.average_largest],
            Method::Percentile(percent) => {
                let all: u64 = self.bins.iter().map(|bin| *bin as u64).sum();
                let share = ((100.0 - percent) / 200.0).clamp(0.0, 0.5) as f64;
                let left_out = (all as f64 * share) as u64;
                let per_bin = 2.0 * self.reach / BINS as f32;
                let end = |bins: &mut dyn Iterator<Item = &u32>| {
                    let mut seen = 0;
                    bins.take_while(|bin| {
                        seen += **bin as u64;
                        seen <= left_out
                    })
                    .count() as f32
                };
                let least = end(&mut self.bins.iter()) * per_bin - self.reach;
                let largest = self.reach - end(&mut self.bins.iter().rev()) * per_bin;
                [least.max(self.least), largest.min(self.largest)]
            }
        }
    }

    /// The integers whose range it is.
    pub fn affine_by(&self, method: Method) -> Affine {
        let [low, high] = self.range(method);
        Affine::of(low, high)
    }

    /// What its integers stand for, once the network is quantized.
    pub fn affine(&self) -> Affine {
        self.affine
    }

    /// Sets what its integers stand for, and of how many pixels an image it is; 1 for what is none.
    pub fn set_affine(&mut self, affine: Affine, pixels: usize) {
        (self.affine, self.pixels) = (affine, pixels as u32);
        (self.signal, self.noise) = (0.0, 0.0);
    }

    /// How many samples were seen.
    pub fn samples(&self) -> u32 {
        self.samples
    }

    /// Takes in how far integers are from the numbers of one sample.
    pub fn compare(&mut self, numbers: &[f32], integers: &[i8]) {
        let places = super::affine::places(numbers.len(), self.pixels as usize);
        for (q, at) in integers.iter().zip(places) {
            let x = numbers.get(at).copied().unwrap_or_default() as f64;
            let error = x - self.affine.dequantize(*q) as f64;
            self.signal += x * x;
            self.noise += error * error;
        }
    }

    /// The root of the mean square of the error, relative to that of the value: 0.01 is a good one.
    pub fn relative_error(&self) -> f32 {
        if self.signal > 0.0 { libm::sqrt(self.noise / self.signal) as f32 } else { 0.0 }
    }
}

impl Blank for Value {
    const ZERO: Self = Value {
        samples: 0,
        least: 0.0,
        largest: 0.0,
        average_least: 0.0,
        average_largest: 0.0,
        reach: 0.0,
        bins: [0; BINS],
        affine: Affine::ZERO,
        pixels: 0,
        signal: 0.0,
        noise: 0.0,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn a_histogram_keeps_all_numbers_however_it_grows() {
        let (mut value, mut rng) = (Value::ZERO, Rng::new(1));
        for n in 0..1000 {
            let spread = if n == 999 { 100.0 } else { 0.01 };
            value.see(&[rng.uniform_in::<f32>(-spread, spread); 3]);
        }
        assert_eq!(value.bins.iter().sum::<u32>(), 3000);
        assert_eq!(value.samples(), 1000);
    }

    #[test]
    fn percentiles_of_an_even_spread_are_where_they_should_be() {
        let (mut value, mut rng) = (Value::ZERO, Rng::new(2));
        for _ in 0..20_000 {
            value.see(&[rng.uniform_in(-1.0, 3.0)]);
        }
        let [low, high] = value.range(Method::Percentile(90.0));
        assert!((low + 0.8).abs() < 0.04 && (high - 2.8).abs() < 0.04, "{low} to {high}");
        let whole = value.range(Method::Percentile(100.0));
        let [low, high] = value.range(Method::MinMax);
        assert!(whole[0] >= low && whole[0] < low + 0.02 && whole[1] <= high && whole[1] > high - 0.02);
    }

    #[test]
    fn numbers_that_are_not_finite_are_left_out() {
        let mut value = Value::ZERO;
        value.see(&[f32::NAN, 1.0, f32::INFINITY]);
        value.see(&[f32::NAN]);
        assert_eq!((value.samples(), value.range(Method::MinMax)), (1, [1.0, 1.0]));
    }
}
