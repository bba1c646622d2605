//! Softmax, in fixed point.

use super::fixed::{exp, one_over_one_plus};
use super::rescale::{divide, high};
use super::{Factor, Output};

/// How scores become exponents: their scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Exponent {
    /// The factor from steps of the input to units of 2⁻²⁶.
    pub factor: Factor,
    /// A score that is further below the largest has the probability 0.
    pub least: i32,
}

impl Exponent {
    /// Bits before the point of an exponent, its sign not counted.
    const BITS: u32 = 5;

    /// For scores of this scale.
    ///
    /// ```
    /// use dl_core::kernels::int8::Exponent;
    ///
    /// assert_eq!(Exponent::of(0.25).least, -62); // e^−15.5 is nothing
    /// ```
    pub const fn of(scale: f32) -> Exponent {
        let (units, most) = (scale as f64 * (1_u32 << (31 - Self::BITS)) as f64, i32::MAX as f64);
        let factor = Factor::of(if units < most { units } else { most });
        let shift = if factor.shift < 0 { 0 } else { factor.shift as u32 };
        let largest = ((1_i64 << Self::BITS) - 1) << (31 - Self::BITS);
        Exponent { factor, least: -((largest >> shift) as i32) }
    }

    /// `e^(x − max)` in units of 2⁻³¹, if it is more than nothing.
    fn exp(self, x: i8, max: i8) -> Option<i32> {
        let below = x as i32 - max as i32;
        let shift = self.factor.shift.max(0) as u32;
        (below >= self.least).then(|| exp(high(below.wrapping_shl(shift), self.factor.numerator)))
    }
}

/// Probabilities of `scores`, in steps of 1/256 above −128.
///
/// ```
/// use dl_core::kernels::int8::{Exponent, softmax};
///
/// let mut y = [0; 3];
/// softmax(Exponent::of(0.25), &[4, 4, -100], &mut y);
/// assert_eq!(y, [0, 0, -128]); // a half, a half, nothing
/// ```
pub fn softmax(exponent: Exponent, scores: &[i8], y: &mut [i8]) {
    /// Bits before the point of the sum, its sign not counted.
    const SUM_BITS: u32 = 12;
    const BYTE: Output = Output { zero: -128, min: -128, max: 127 };
    let max = scores.iter().fold(i8::MIN, |max, x| max.max(*x));
    let powers = scores.iter().filter_map(|x| exponent.exp(*x, max));
    let sum = powers.fold(0_i32, |sum, power| sum.wrapping_add(divide(power, SUM_BITS)));
    // sum = (1 + rest) 2^over, in units of 1
    let zeros = sum.leading_zeros();
    let over = SUM_BITS as i32 - zeros as i32;
    let rest = (sum as u32).wrapping_shl(zeros).wrapping_sub(1 << 31) as i32;
    let scale = one_over_one_plus(rest);
    for (x, y) in scores.iter().zip(y) {
        *y = match exponent.exp(*x, max) {
            Some(power) => BYTE.of(divide(high(scale, power), (over + 31 - 8).clamp(0, 31) as u32)),
            None => BYTE.min,
        };
    }
}
