//! Elementary functions that give the same bits on every target, with or without `std`.
//!
//! All come from the `libm` crate, a port of musl's; its documented errors are below 1 ulp except where noted there.

use crate::Real;

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident: $f32:ident, $f64:ident;)*) => { $(
        $(#[$doc])*
        #[inline]
        pub fn $name<T: Real>(x: T) -> T {
            x.call(libm::$f32, libm::$f64)
        }
    )* };
}

functions! {
    /// `eˣ`
    exp: expf, exp;
    /// `eˣ − 1`, accurate near zero.
    exp_m1: expm1f, expm1;
    /// Natural logarithm.
    ln: logf, log;
    /// `ln(1 + x)`, accurate near zero.
    ln_1p: log1pf, log1p;
    /// Hyperbolic tangent.
    tanh: tanhf, tanh;
    /// Square root, correctly rounded.
    sqrt: sqrtf, sqrt;
    /// Error function.
    erf: erff, erf;
    /// Cosine of an angle in radians.
    cos: cosf, cos;
    /// Sine of an angle in radians.
    sin: sinf, sin;
}

/// `1 / (1 + e⁻ˣ)`, without overflow for any finite `x`.
///
/// ```
/// use dl_core::math::sigmoid;
///
/// assert_eq!((sigmoid(0.0), sigmoid(-1000.0_f32), sigmoid(1000.0_f32)), (0.5, 0.0, 1.0));
/// ```
#[inline]
pub fn sigmoid<T: Real>(x: T) -> T {
    let one = T::one();
    if x < T::zero() {
        let e = exp(x);
        e / (one + e)
    } else {
        one / (one + exp(-x))
    }
}

/// `ln(1 + eˣ)`, without overflow for any finite `x`.
///
/// ```
/// use dl_core::math::softplus;
///
/// assert_eq!((softplus(0.0_f32), softplus(1000.0_f32)), (core::f32::consts::LN_2, 1000.0));
/// ```
#[inline]
pub fn softplus<T: Real>(x: T) -> T {
    let positive = if x > T::zero() { x } else { T::zero() };
    positive + ln_1p(exp(-x.abs()))
}

/// Whether no number is infinite or NaN.
///
/// ```
/// use dl_core::math::all_finite;
///
/// assert!(all_finite(&[0.0, -1e30]));
/// assert!(!all_finite(&[0.0, f32::NAN]));
/// ```
pub fn all_finite<T: Real>(values: &[T]) -> bool {
    values.iter().all(|x| x.to_f64().is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_and_softplus_stay_finite_at_the_ends() {
        assert_eq!(sigmoid(-1e30_f32), 0.0);
        assert_eq!(sigmoid(1e30_f32), 1.0);
        assert_eq!(softplus(-1e30_f64), 0.0);
        assert_eq!(softplus(1e30_f64), 1e30);
        assert!(sigmoid(f32::NAN).is_nan() && softplus(f32::NAN).is_nan());
    }
}
