//! `eˣ` and `eˣ − 1` in single precision.
//!
//! `x = n ln 2 + r` with an integer `n` and `|r| ≤ ln 2 / 2`. Then `eˣ = 2ⁿ eʳ`, where `2ⁿ` is a matter of the exponent
//! bits and `eʳ` a short polynomial.

use core::f32::consts::LOG2_E;

/// Added to a number below 2²² it leaves no bit for a fraction: it rounds to an integer, found in the lowest bits.
pub(super) const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³
/// The first 15 bits of `ln 2`: products with the `n` that occur are exact.
pub(super) const LN_2_HIGH: f32 = 0.693_145_75;
/// The rest of `ln 2`.
pub(super) const LN_2_LOW: f32 = 1.428_606_8e-6;

/// `x = n ln 2 + r`, where `r = high − low`: `high` is exact, `low` so small that its rounding does not show.
pub(super) struct Split {
    /// `n + 254`, in the lowest nine bits.
    bits: u32,
    high: f32,
    low: f32,
}

impl Split {
    /// For `|x|` up to some hundreds. NaN stays NaN in `high`.
    #[inline(always)]
    pub(super) fn of(x: f32) -> Split {
        const BIASED: f32 = ROUND + 254.0;
        let sum = x * LOG2_E + BIASED;
        let n = sum - BIASED;
        Split { bits: sum.to_bits(), high: x - n * LN_2_HIGH, low: n * LN_2_LOW }
    }

    /// `r`
    #[inline(always)]
    pub(super) fn rest(&self) -> f32 {
        self.high - self.low
    }

    /// `eʳ − 1`
    #[inline(always)]
    fn rest_exp_m1(&self) -> f32 {
        let r = self.rest();
        let z = r * r;
        // eʳ − 1 − r, within 2⁻²⁶ r
        let curve =
            z * ((0.5 + 0.166_665_45 * r) + z * ((0.041_666_403 + 0.008_366_405 * r) + z * 0.001_394_064_4));
        self.high - (self.low - curve)
    }

    /// Two factors of `2ⁿ`, neither of which overflows or is subnormal where `2ⁿ` is.
    #[inline(always)]
    pub(super) fn powers(&self) -> (f32, f32) {
        let half = self.bits >> 1;
        (f32::from_bits(half << 23), f32::from_bits((self.bits - half) << 23))
    }
}

#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // what lies beyond gives 0 and ∞ as these ends do
    let split = Split::of(x.clamp(-104.0, 89.0));
    let (a, b) = split.powers();
    (1.0 + split.rest_exp_m1()) * a * b
}

#[inline(always)]
pub(super) fn exp_m1(x: f32) -> f32 {
    // from −20 on it is −1
    let split = Split::of(x.clamp(-20.0, 89.0));
    // 2ⁿ⁻¹, for 2ⁿ can overflow where the result does not
    let s = f32::from_bits((split.bits << 23).wrapping_sub(128 << 23));
    let y = (s * split.rest_exp_m1() + (s - 0.5)) * 2.0;
    y.copysign(x) // −0 has become 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ulp::assert_within;

    #[test]
    fn exp_is_within_its_bound() {
        assert_within(0.95, exp, libm::exp);
    }

    #[test]
    fn exp_m1_is_within_its_bound() {
        assert_within(1.9, exp_m1, libm::expm1);
    }

    #[test]
    fn exp_ends_in_zero_and_infinity() {
        assert_eq!((exp(f32::NEG_INFINITY), exp(f32::INFINITY)), (0.0, f32::INFINITY));
        // neighbouring arguments
        assert_eq!((exp(88.722_83) > 3.402e38, exp(88.722_84)), (true, f32::INFINITY));
        assert_eq!((exp(-103.972_08), exp(-103.972_09)), (f32::from_bits(1), 0.0));
        assert!(exp(-90.0).is_subnormal());
    }
}
