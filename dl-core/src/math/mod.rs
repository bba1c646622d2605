//! Elementary functions that give the same bits on every target, with or without `std`.
//!
//! Those in `f64`, and the sine and the cosine, come from the `libm` crate, a port of musl's; its documented errors are
//! below 1 ulp except where noted there. The others in `f32` are written here, so that a loop over them becomes vector
//! code: polynomials and quotients without a branch, a table or a fused multiply-add, which not every target has. How
//! far each is from the exact value at most, over all arguments, is said in units in the last place: `f32`: 0.95 ulp.
//!
//! NaN gives NaN, and infinities what IEEE 754 says. Subnormal numbers are neither ignored nor avoided.

use crate::Real;
use crate::real::Function;

mod erf;
mod exp;
mod ln;
mod logistic;
mod sqrt;
mod tanh;
#[cfg(test)]
pub(crate) mod ulp;

macro_rules! functions {
    ($($(#[$doc:meta])* $vis:vis fn $name:ident = $f32:path, $f64:path;)*) => { $(
        $(#[$doc])*
        #[inline(always)]
        $vis fn $name<T: Real>(x: T) -> T {
            struct Both;
            impl Function for Both {
                #[inline(always)]
                fn f32(x: f32) -> f32 {
                    $f32(x)
                }
                #[inline(always)]
                fn f64(x: f64) -> f64 {
                    $f64(x)
                }
            }
            x.call::<Both>()
        }
    )* };
}

functions! {
    /// `eˣ`. `f32`: 0.95 ulp.
    ///
    /// In `f32` it is infinite above 88.722839 and 0 below −103.97208, with subnormal numbers on the way there.
    ///
    /// ```
    /// assert!((dl_core::math::exp(1.0_f64) - std::f64::consts::E).abs() < 1e-15);
    /// ```
    pub fn exp = exp::exp, libm::exp;
    /// `eˣ − 1`, accurate near zero. `f32`: 1.9 ulp.
    ///
    /// ```
    /// assert_eq!(dl_core::math::exp_m1(1e-30_f64), 1e-30);
    /// ```
    pub fn exp_m1 = exp::exp_m1, libm::expm1;
    /// Natural logarithm. `f32`: 0.85 ulp.
    ///
    /// ```
    /// assert_eq!(dl_core::math::ln(2.0_f64), std::f64::consts::LN_2);
    /// ```
    pub fn ln = ln::ln, libm::log;
    /// `ln(1 + x)`, accurate near zero. `f32`: 1.4 ulp.
    ///
    /// ```
    /// assert_eq!(dl_core::math::ln_1p(1e-30_f64), 1e-30);
    /// ```
    pub fn ln_1p = ln::ln_1p, libm::log1p;
    /// Hyperbolic tangent, odd and never beyond ±1. `f32`: 2.4 ulp.
    ///
    /// ```
    /// assert_eq!(dl_core::math::tanh(100.0_f32), 1.0);
    /// ```
    pub fn tanh = tanh::tanh, libm::tanh;
    /// `1 / (1 + e⁻ˣ)`, without overflow for any finite `x`. `f32`: 2.5 ulp.
    ///
    /// ```
    /// use dl_core::math::sigmoid;
    ///
    /// assert_eq!((sigmoid(0.0), sigmoid(-1000.0_f32), sigmoid(1000.0_f32)), (0.5, 0.0, 1.0));
    /// ```
    pub fn sigmoid = logistic::sigmoid, logistic::sigmoid_f64;
    /// `ln(1 + eˣ)`, without overflow for any finite `x`. `f32`: 2.9 ulp.
    ///
    /// ```
    /// use dl_core::math::softplus;
    ///
    /// assert_eq!((softplus(0.0_f32), softplus(1000.0_f32)), (core::f32::consts::LN_2, 1000.0));
    /// ```
    pub fn softplus = logistic::softplus, logistic::softplus_f64;
    /// Error function, odd and never beyond ±1. `f32`: 2.4 ulp.
    ///
    /// ```
    /// assert!((dl_core::math::erf(1.0_f64) - 0.8427007929497149).abs() < 1e-15);
    /// ```
    pub fn erf = erf::erf, libm::erf;
    /// Distribution function of the normal distribution, `(1 + erf(x / √2)) / 2`, accurate where it is near zero. `f32`:
    /// 2 ulp from zero on, `5 + 2.5 x²` ulp below it.
    ///
    /// ```
    /// assert_eq!(dl_core::math::normal_cdf(0.0_f64), 0.5);
    /// assert!((dl_core::math::normal_cdf(-10.0_f64) / 7.61985302416052e-24 - 1.0).abs() < 1e-13);
    /// ```
    #[doc(alias = "ndtr")]
    pub fn normal_cdf = erf::normal_cdf, erf::normal_cdf_f64;
    /// Square root, correctly rounded.
    ///
    /// ```
    /// assert_eq!(dl_core::math::sqrt(2.0_f64), std::f64::consts::SQRT_2);
    /// ```
    pub fn sqrt = sqrt::f32, sqrt::f64;
    /// Cosine of an angle in radians.
    ///
    /// ```
    /// assert_eq!(dl_core::math::cos(0.0_f32), 1.0);
    /// ```
    pub fn cos = libm::cosf, libm::cos;
    /// Sine of an angle in radians.
    ///
    /// ```
    /// assert_eq!(dl_core::math::sin(std::f64::consts::FRAC_PI_2), 1.0);
    /// ```
    pub fn sin = libm::sinf, libm::sin;
    /// Absolute value. The method of the same name may be a call that keeps a loop from becoming vector code.
    pub(crate) fn abs = f32::abs, f64::abs;
}

/// `σ(x)` and its derivative `σ(x) σ(−x)`; neither loses digits where `σ(x)` is near 0 or 1.
#[inline(always)]
pub(crate) fn sigmoid_and_slope<T: Real>(x: T) -> (T, T) {
    let small = sigmoid(-abs(x));
    let large = T::one() - small;
    (if x < T::zero() { small } else { large }, small * large)
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
    use super::ulp::arguments;
    use super::*;

    /// All results as one number (FNV-1a); which NaN it is does not count.
    fn digest(f: fn(f32) -> f32) -> u64 {
        arguments(8_009).map(f).fold(0xcbf2_9ce4_8422_2325, |digest, y| {
            // a choice of bits: in one of floats, the compiler may keep the NaN that is there
            let bits = if y.is_nan() { f32::NAN.to_bits() } else { y.to_bits() };
            (digest ^ bits as u64).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    #[test]
    fn the_bits_are_the_same_on_every_target() {
        assert_eq!(digest(exp), 0x7ad4_98dc_132c_6b84);
        assert_eq!(digest(exp_m1), 0x625d_1c2b_5bd7_2b80);
        assert_eq!(digest(ln), 0xa6d0_fc1e_03ac_f0be);
        assert_eq!(digest(ln_1p), 0x4774_f40e_9b24_df2f);
        assert_eq!(digest(tanh), 0xfe3c_847c_be39_246e);
        assert_eq!(digest(sigmoid), 0xb70f_63de_cdee_0e80);
        assert_eq!(digest(softplus), 0x4d72_599d_dda2_1b61);
        assert_eq!(digest(erf), 0x1d09_f253_7573_a779);
        assert_eq!(digest(normal_cdf), 0x7202_f003_c1f7_1b49);
        assert_eq!(digest(sqrt), 0x0cec_1776_3028_7b22);
    }
}
