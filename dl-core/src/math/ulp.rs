//! How far a function in single precision is from the same in double precision, in units in the last place.

/// The distance between neighbouring `f32` at `exact`.
fn ulp(exact: f64) -> f64 {
    let exponent = ((exact.abs().to_bits() >> 52) as i64 - 1023).clamp(-126, 127);
    f64::from_bits(((exponent - 23 + 1023) as u64) << 52)
}

/// The error of `y`; infinite where a NaN, an infinity or the sign is wrong.
pub(crate) fn error(y: f32, exact: f64) -> f64 {
    const OVERFLOW: f64 = 2.0 * (1u128 << 127) as f64;
    if exact.is_nan() || y.is_nan() {
        return if exact.is_nan() && y.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if y.is_sign_negative() != exact.is_sign_negative() {
        return f64::INFINITY;
    }
    if (exact as f32).is_infinite() && y.is_infinite() {
        return 0.0;
    }
    let y = if y.is_infinite() { OVERFLOW.copysign(exact) } else { y as f64 };
    (y - exact).abs() / ulp(exact)
}

/// Every `stride`-th bit pattern, and the special arguments.
pub(crate) fn arguments(stride: usize) -> impl Iterator<Item = f32> {
    let ends = [0.0, f32::from_bits(1), f32::MIN_POSITIVE, f32::EPSILON, 1.0, 16_777_216.0, f32::MAX];
    let thresholds = [9.02, 87.33655, 88.72283, 88.72284, 103.97208, 103.97209, f32::INFINITY, f32::NAN];
    let sample = (0..=u32::MAX).step_by(stride).map(f32::from_bits);
    ends.into_iter().chain(thresholds).flat_map(|x| [x, -x]).chain(sample)
}

/// Asserts that no argument gives an error above `bound`.
pub(crate) fn assert_within(bound: f64, f: fn(f32) -> f32, exact: fn(f64) -> f64) {
    for x in arguments(2_003) {
        let (y, exact) = (f(x), exact(x as f64));
        let error = error(y, exact);
        assert!(error <= bound, "f({x:e}) = {y:e}, exactly {exact:e}: {error} ulp, more than {bound}");
    }
}
