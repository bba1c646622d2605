//! `ln x` and `ln(1 + x)` in single precision.
//!
//! The argument is `2ᵏ (1 + f)` with an integer `k` and `√½ ≤ 1 + f < √2`.

use super::exp::{LN_2_HIGH, LN_2_LOW};

/// The `k` of a normal number above 0.
#[inline(always)]
fn exponent(bits: u32) -> i32 {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    (bits.wrapping_sub(SQRT_HALF) as i32) >> 23
}

/// `k ln 2 + ln(1 + f)`
#[inline(always)]
fn sum(k: f32, f: f32) -> f32 {
    // With s = f / (2 + f), ln(1 + f) = 2 atanh s = f − f²/2 + s (f²/2 + r), where only the small r is a polynomial.
    let half = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * (0.666_667_76 + z * (0.399_775_86 + z * 0.298_706_95));
    k * LN_2_HIGH + (f - (half - (s * (half + r) + k * LN_2_LOW)))
}

#[inline(always)]
pub(super) fn ln(x: f32) -> f32 {
    let small = x < f32::MIN_POSITIVE;
    let bits = if small { x * 8_388_608.0 } else { x }.to_bits(); // 2²³ makes subnormal numbers normal
    let k = exponent(bits);
    let f = f32::from_bits(bits.wrapping_sub((k << 23) as u32)) - 1.0;
    let y = sum(k as f32 - if small { 23.0 } else { 0.0 }, f);
    let y = if x > 0.0 { y } else { f32::NEG_INFINITY };
    let y = if x < 0.0 { f32::NAN } else { y };
    if x < f32::INFINITY { y } else { x }
}

#[inline(always)]
pub(super) fn ln_1p(x: f32) -> f32 {
    let k = exponent((1.0 + x).to_bits());
    // 2²⁻ᵏ, for 2⁻ᵏ is subnormal at the upper end
    let s = f32::from_bits(((129 - k) << 23) as u32);
    // from x itself, so that it keeps what 1 + x has rounded away
    let f = x * s * 0.25 + (0.25 * s - 1.0);
    let y = sum(k as f32, f).copysign(x); // −0 has become 0
    let y = if x > -1.0 { y } else { f32::NEG_INFINITY };
    let y = if x < -1.0 { f32::NAN } else { y };
    if x < f32::INFINITY { y } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ulp::assert_within;

    #[test]
    fn ln_is_within_its_bound() {
        assert_within(0.85, ln, libm::log);
    }

    #[test]
    fn ln_1p_is_within_its_bound() {
        assert_within(1.4, ln_1p, libm::log1p);
    }

    #[test]
    fn ln_ends_as_in_ieee() {
        assert_eq!((ln(0.0), ln(-0.0)), (f32::NEG_INFINITY, f32::NEG_INFINITY));
        assert_eq!((ln(1.0), ln(f32::INFINITY)), (0.0, f32::INFINITY));
        assert!(ln(-f32::from_bits(1)).is_nan() && ln(f32::NEG_INFINITY).is_nan());
        assert_eq!((ln_1p(-1.0), ln_1p(f32::INFINITY)), (f32::NEG_INFINITY, f32::INFINITY));
    }
}
