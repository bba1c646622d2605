//! Sums of two values with scales of their own.

use super::{Factor, Output, rescale};

/// How two values are added: both are taken to one scale with 20 more bits, and their sum to that of the output.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Sum {
    /// The zeros of both.
    pub zeros: [i8; 2],
    /// What both are worth, in half of the larger scale's steps.
    pub factors: [Factor; 2],
    /// What a sum is worth, in steps of the output.
    pub factor: Factor,
    /// What an output may be.
    pub output: Output,
}

impl Sum {
    /// The bits that a number gains before it is taken to the common scale.
    pub(super) const MORE: u32 = 20;

    /// For values of these scales.
    pub const fn factors(scales: [f32; 2], to: f32) -> ([Factor; 2], Factor) {
        let twice = 2.0 * if scales[0] < scales[1] { scales[1] } else { scales[0] } as f64;
        let [a, b] = [scales[0] as f64 / twice, scales[1] as f64 / twice];
        ([Factor::of(a), Factor::of(b)], Factor::of(twice / ((1_u32 << Self::MORE) as f64 * to as f64)))
    }
}

/// `y = a + b`
///
/// ```
/// use dl_core::kernels::int8::{Output, Sum, add};
///
/// let (factors, factor) = Sum::factors([1.0, 0.5], 2.0);
/// let sum = Sum { zeros: [0, 10], factors, factor, output: Output { zero: -1, min: -128, max: 127 } };
/// let mut y = [0; 2];
/// add(&sum, &[7, -6], &[12, 14], &mut y);
/// assert_eq!(y, [3, -3]); // (7 + 2 / 2) / 2 − 1, (−6 + 4 / 2) / 2 − 1
/// ```
pub fn add(sum: &Sum, a: &[i8], b: &[i8], y: &mut [i8]) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::add(sum, a, b, y) {
        return;
    }
    #[cfg(dsp)]
    if super::dsp::add(sum, a, b, y) {
        return;
    }
    plain(sum, a, b, y);
}

/// [`add`], number by number.
pub(super) fn plain(sum: &Sum, a: &[i8], b: &[i8], y: &mut [i8]) {
    for (y, (a, b)) in y.iter_mut().zip(a.iter().zip(b)) {
        let part = |x: i8, i: usize| {
            let above = (x as i32 - sum.zeros[i] as i32) << Sum::MORE;
            rescale(above, sum.factors[i])
        };
        *y = sum.output.of(rescale(part(*a, 0).wrapping_add(part(*b, 1)), sum.factor));
    }
}
