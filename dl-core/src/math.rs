//! Elementary functions that give the same bits on every target, with or without `std`.
//!
//! All come from the `libm` crate, a port of musl's; its documented errors are below 1 ulp except where noted there.

use crate::Real;
use crate::real::Function;

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident: $f32:ident, $f64:ident;)*) => { $(
        $(#[$doc])*
        #[inline(always)]
        pub fn $name<T: Real>(x: T) -> T {
            struct Both;
            impl Function for Both {
                #[inline(always)]
                fn f32(x: f32) -> f32 {
                    libm::$f32(x)
                }
                #[inline(always)]
                fn f64(x: f64) -> f64 {
                    libm::$f64(x)
                }
            }
            x.call::<Both>()
        }
    )* };
}

functions! {
    /// `eˣ`
    ///
    /// ```
    /// assert!((dl_core::math::exp(1.0_f64) - std::f64::consts::E).abs() < 1e-15);
    /// ```
    exp: expf, exp;
    /// `eˣ − 1`, accurate near zero.
    ///
    /// ```
    /// assert_eq!(dl_core::math::exp_m1(1e-30_f64), 1e-30);
    /// ```
    exp_m1: expm1f, expm1;
    /// Natural logarithm.
    ///
    /// ```
    /// assert_eq!(dl_core::math::ln(2.0_f64), std::f64::consts::LN_2);
    /// ```
    ln: logf, log;
    /// `ln(1 + x)`, accurate near zero.
    ///
    /// ```
    /// assert_eq!(dl_core::math::ln_1p(1e-30_f64), 1e-30);
    /// ```
    ln_1p: log1pf, log1p;
    /// Hyperbolic tangent.
    ///
    /// ```
    /// assert_eq!(dl_core::math::tanh(100.0_f32), 1.0);
    /// ```
    tanh: tanhf, tanh;
    /// Square root, correctly rounded.
    ///
    /// ```
    /// assert_eq!(dl_core::math::sqrt(2.0_f64), std::f64::consts::SQRT_2);
    /// ```
    sqrt: sqrtf, sqrt;
    /// Error function.
    ///
    /// ```
    /// assert!((dl_core::math::erf(1.0_f64) - 0.8427007929497149).abs() < 1e-15);
    /// ```
    erf: erff, erf;
    /// Cosine of an angle in radians.
    ///
    /// ```
    /// assert_eq!(dl_core::math::cos(0.0_f32), 1.0);
    /// ```
    cos: cosf, cos;
    /// Sine of an angle in radians.
    ///
    /// ```
    /// assert_eq!(dl_core::math::sin(std::f64::consts::FRAC_PI_2), 1.0);
    /// ```
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
