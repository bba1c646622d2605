//! What an integer stands for.

use crate::Blank;

/// What the integers of a value stand for: `q` is the real number `scale (q − zero_point)`.
///
/// ```
/// use dl_core::quant::Affine;
///
/// let affine = Affine::of(-1.0, 4.1);
/// assert_eq!(affine, Affine { scale: 0.02, zero_point: -78 });
/// assert_eq!((affine.quantize(1.0), affine.dequantize(-28)), (-28, 1.0));
/// assert_eq!((affine.quantize(-9.0), affine.quantize(9.0)), (-128, 127));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Affine {
    /// The real number of one step.
    pub scale: f32,
    /// The integer that stands for 0.
    pub zero_point: i8,
}

impl Affine {
    /// The steps of 1/256 above −128, which probabilities have.
    pub const PROBABILITIES: Affine = Affine { scale: 1.0 / 256.0, zero_point: -128 };
    /// The steps of 1/128 around 0, which a hyperbolic tangent has.
    pub const SIGNED: Affine = Affine { scale: 1.0 / 128.0, zero_point: 0 };

    /// The one whose integers reach from `low` to `high`, and to 0.
    pub fn of(low: f32, high: f32) -> Affine {
        let (low, high) = (low.min(0.0) as f64, high.max(0.0) as f64);
        // a value that is always 0 may have any scale
        let scale = if high - low > f32::MIN_POSITIVE as f64 { ((high - low) / 255.0) as f32 } else { 1.0 };
        let zero_point = round(-128.0 - low / scale as f64).clamp(-128, 127);
        Affine { scale, zero_point: zero_point as i8 }
    }

    /// The nearest integer to `x`, halves away from zero.
    pub fn quantize(self, x: f32) -> i8 {
        self.integer(x).clamp(-128, 127) as i8
    }

    /// Whether `x` is in the range of the integers, or rounded to its ends.
    pub(crate) fn covers(self, x: f32) -> bool {
        (-128..=127).contains(&self.integer(x))
    }

    /// The nearest integer, however large.
    fn integer(self, x: f32) -> i32 {
        let steps = x / self.scale;
        // far outside of 32 bits, but not of what the sum below can hold
        round(steps.clamp(-1e9, 1e9) as f64) + self.zero_point as i32
    }

    /// What `q` stands for.
    pub fn dequantize(self, q: i8) -> f32 {
        self.scale * (q as i32 - self.zero_point as i32) as f32
    }

    /// [`quantize`](Self::quantize) for each number of an image of `pixels` pixels, whose channels come to lie side by side;
    /// 1 for what is no image.
    ///
    /// ```
    /// use dl_core::quant::Affine;
    ///
    /// let (halves, mut q) = (Affine { scale: 0.5, zero_point: 0 }, [0; 6]);
    /// halves.quantize_all(&[1.0, 2.0, 3.0, -1.0, -2.0, -3.0], 3, &mut q);
    /// assert_eq!(q, [2, -2, 4, -4, 6, -6]);
    /// ```
    pub fn quantize_all(self, x: &[f32], pixels: usize, q: &mut [i8]) {
        for (q, at) in q.iter_mut().zip(places(x.len(), pixels)) {
            *q = self.quantize(x.get(at).copied().unwrap_or_default());
        }
    }

    /// [`dequantize`](Self::dequantize) for each number, back to where [`quantize_all`](Self::quantize_all) took it from.
    ///
    /// ```
    /// use dl_core::quant::Affine;
    ///
    /// let (halves, mut x) = (Affine { scale: 0.5, zero_point: 0 }, [0.0; 6]);
    /// halves.dequantize_all(&[2, -2, 4, -4, 6, -6], 3, &mut x);
    /// assert_eq!(x, [1.0, 2.0, 3.0, -1.0, -2.0, -3.0]);
    /// ```
    pub fn dequantize_all(self, q: &[i8], pixels: usize, x: &mut [f32]) {
        for (q, at) in q.iter().zip(places(q.len(), pixels)) {
            if let Some(x) = x.get_mut(at) {
                *x = self.dequantize(*q);
            }
        }
    }
}

/// Where the numbers of `[pixels, channels]` are in `[channels, pixels]`, one after the other.
pub(super) fn places(len: usize, pixels: usize) -> impl Iterator<Item = usize> {
    let pixels = pixels.max(1);
    let channels = len / pixels;
    (0..pixels).flat_map(move |pixel| (0..channels).map(move |channel| channel * pixels + pixel))
}

/// The nearest integer, halves away from zero.
pub(super) fn round(x: f64) -> i32 {
    let whole = x as i32;
    let rest = x - whole as f64;
    if rest >= 0.5 {
        whole.saturating_add(1)
    } else if rest <= -0.5 {
        whole.saturating_sub(1)
    } else {
        whole
    }
}

impl Blank for Affine {
    const ZERO: Self = Affine { scale: 0.0, zero_point: 0 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_exact_and_the_ends_are_reached() {
        for (low, high) in
            [(-1.0, 1.0), (0.0, 6.0), (-3.0, 0.0), (0.5, 2.0), (-0.1, 77.0), (0.0, 0.0), (-2.0, -1.0)]
        {
            let affine = Affine::of(low, high);
            assert_eq!(affine.dequantize(affine.quantize(0.0)), 0.0);
            for end in [low, high] {
                let error = affine.dequantize(affine.quantize(end)) - end;
                assert!(error.abs() <= 0.51 * affine.scale, "{low} to {high}: {end} is off by {error}");
            }
        }
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([0.5, 1.5, -0.5, -1.5, 0.49999999999999994].map(round), [1, 2, -1, -2, 0]);
        let whole = Affine { scale: 1.0, zero_point: 0 };
        assert_eq!(
            [2.5, -2.5, f32::INFINITY, f32::NEG_INFINITY].map(|x| whole.quantize(x)),
            [3, -3, 127, -128]
        );
    }
}
