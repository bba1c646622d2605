//! `σ(x)` and `ln(1 + eˣ)`.
//!
//! In single precision both come from `eʳ = (v + r) / (v − r)` with `v = r coth(r/2)`, of which `v` needs two terms
//! where `eʳ` needs five. They divide anyway, so the quotient costs nothing.

use super::exp::Split;

/// `r coth(r / unit)` for `|r| ≤ unit ln 2 / 4`, where `unit` is a power of two. Then `e^(2r/unit) = (v + r) / (v − r)`.
#[inline(always)]
pub(super) fn coth(r: f32, unit: f32) -> f32 {
    let z = r * r;
    unit + z * (0.333_332_5 / unit - z * (0.022_133_68 / (unit * unit * unit)))
}

#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    // what lies beyond gives 0 and 1 as these ends do
    let split = Split::of(x.clamp(-104.0, 60.0));
    let (a, b) = split.powers();
    let r = split.rest();
    let v = coth(r, 2.0);
    let e = (v + r) * a; // eˣ = e b / (v − r); the second factor waits, so that a small result keeps its digits
    e / ((v - r) + e * b) * b
}

#[inline(always)]
pub(super) fn sigmoid_f64(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

#[inline(always)]
pub(super) fn softplus(x: f32) -> f32 {
    let low = -x.abs();
    let split = Split::of(if low < -104.0 { -104.0 } else { low });
    let (a, b) = split.powers();
    let r = split.rest();
    let v = coth(r, 2.0);
    let e = (v + r) * a;
    // ln(1 + eˣ) = 2 atanh t
    let t = e / (2.0 * (v - r) + e * b) * b;
    let z = t * t;
    let curve = (0.666_664_2 + 0.400_214_37 * z) + (z * z) * (0.280_030_25 + 0.280_067_83 * z);
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + (2.0 * t + (t * z) * curve)
}

#[inline(always)]
pub(super) fn softplus_f64(x: f64) -> f64 {
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + libm::log1p(libm::exp(-x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ulp::assert_within;

    #[test]
    fn sigmoid_is_within_its_bound() {
        assert_within(2.5, sigmoid, sigmoid_f64);
    }

    #[test]
    fn softplus_is_within_its_bound() {
        assert_within(2.9, softplus, softplus_f64);
    }

    #[test]
    fn sigmoid_and_softplus_stay_finite_at_the_ends() {
        assert_eq!((sigmoid(f32::MIN), sigmoid(f32::MAX)), (0.0, 1.0));
        assert_eq!((sigmoid_f64(-1e30), sigmoid_f64(1e30)), (0.0, 1.0));
        assert_eq!((softplus(f32::MIN), softplus(f32::MAX)), (0.0, f32::MAX));
        assert_eq!((softplus_f64(-1e30), softplus_f64(1e30)), (0.0, 1e30));
        assert!(sigmoid_f64(f64::NAN).is_nan() && softplus_f64(f64::NAN).is_nan());
    }
}
