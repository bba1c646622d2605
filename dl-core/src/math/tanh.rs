//! `tanh x` in single precision.

use core::f32::consts::{LN_2, LOG2_E};

use super::exp::ROUND;
use super::logistic::coth;

#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let a = x.abs();
    // a = r − n ln 2 / 2. One number for ln 2 is enough: the more is subtracted, the less e^(−2a) counts.
    const BIASED: f32 = ROUND + 127.0;
    let sum = a * (-2.0 * LOG2_E) + BIASED;
    let s = f32::from_bits(sum.to_bits() << 23); // 2ⁿ
    let r = a + (sum - BIASED) * (0.5 * LN_2);
    let v = coth(r, 1.0);
    // With e^(−2a) = s (v − r) / (v + r), p / q is (1 − e^(−2a)) / 2 e^(−2a): p is exact near 0, and cancels far from it.
    let p = (1.0 - s) * v + (1.0 + s) * r;
    let q = 2.0 * s * (v - r);
    let y = p / (p + q);
    let y = if a > 9.02 { 1.0 } else { y };
    y.copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ulp::{arguments, assert_within};

    #[test]
    fn tanh_is_within_its_bound() {
        assert_within(2.4, tanh, libm::tanh);
    }

    #[test]
    fn tanh_is_odd_and_never_beyond_one() {
        for x in arguments(2_003) {
            let y = tanh(x);
            assert!(y.abs() <= 1.0 && -y == tanh(-x) || x.is_nan(), "tanh({x}) = {y}");
        }
    }
}
