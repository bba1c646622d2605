//! `erf x` and the normal distribution function.

use core::f64::consts::FRAC_1_SQRT_2;

use super::exp::{exp, exp_m1};

#[inline(always)]
pub(super) fn erf(x: f32) -> f32 {
    // from 4 on it is 1; NaN stays NaN
    let a = x.abs();
    let a = if a > 4.0 { 4.0 } else { a };
    // erf a = 1 − e^(−s), where s = −ln(1 − erf a) = a + a curve
    let z = a * a;
    let curve = ((0.128_379_17 + 0.636_619_5 * a) + z * (0.102_776_88 - 0.019_149_981 * a))
        + (z * z)
            * (((0.001_671_683 * a - 1.654_986_6e-4) + z * (1.182_696_5e-4 * a - 6.352_027_4e-4))
                - (z * z) * 9.324_496e-6);
    exp_m1(-(a + a * curve)).copysign(x)
}

#[inline(always)]
pub(super) fn normal_cdf(x: f32) -> f32 {
    // The tail is e^(−x²/2) times a function that falls from 1/2 slowly: 1/2 − a t P(w), with w from −1 to 1.
    // From 15 on the first factor is 0.
    let a = x.abs();
    let a = if a > 15.0 { 15.0 } else { a };
    let t = 1.0 / (a + 4.0);
    let w = (a - 4.0) * t;
    let z = w * w;
    let curve = ((0.811_178_74 - 0.470_382_57 * w) + z * (0.221_622_06 - 0.078_229_025 * w))
        + (z * z) * ((0.016_499_877 + 6.283_82e-4 * w) - z * 0.001_516_123_5);
    let tail = exp(-0.5 * x * x) * (0.5 - (a * t) * curve);
    if x < 0.0 { tail } else { 1.0 - tail }
}

#[inline(always)]
pub(super) fn normal_cdf_f64(x: f64) -> f64 {
    0.5 * libm::erfc(-FRAC_1_SQRT_2 * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ulp::{arguments, assert_within, error};

    #[test]
    fn erf_is_within_its_bound() {
        assert_within(2.4, erf, libm::erf);
    }

    #[test]
    fn the_normal_distribution_is_within_its_bound() {
        for x in arguments(2_003) {
            let bound = if x < 0.0 { 5.0 + 2.5 * x as f64 * x as f64 } else { 2.0 };
            let error = error(normal_cdf(x), normal_cdf_f64(x as f64));
            assert!(error <= bound, "normal_cdf({x}) is off by {error} ulp");
        }
    }
}
