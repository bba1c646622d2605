//! From the scale of a sum to that of an output.

/// A real number above 0 as `numerator 2^(shift − 31)`, with a numerator from 2³⁰ to 2³¹; or 0.
///
/// ```
/// use dl_core::kernels::int8::Factor;
///
/// assert_eq!(Factor::of(0.75), Factor { numerator: 3 << 29, shift: 0 });
/// assert_eq!(Factor::of(0.75 / 4.0), Factor { numerator: 3 << 29, shift: -2 });
/// assert_eq!(Factor::of(1e-12), Factor { numerator: 0, shift: 0 }); // nothing is left of 32 bits
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Factor {
    /// The number's first 31 bits.
    pub numerator: i32,
    /// Powers of two.
    pub shift: i8,
}

impl Factor {
    /// The nearest to `real`.
    pub const fn of(real: f64) -> Factor {
        let bits = real.to_bits();
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32 - 1022, bits & ((1 << 52) - 1) | 1 << 52);
        let nearest = (fraction + (1 << 21)) >> 22; // 53 bits to 31
        let (nearest, exponent) =
            if nearest == 1 << 31 { (1 << 30, exponent + 1) } else { (nearest, exponent) };
        if exponent < -31 {
            return Factor { numerator: 0, shift: 0 };
        }
        Factor { numerator: nearest as i32, shift: if exponent > 30 { 30 } else { exponent as i8 } }
    }
}

/// `x` times a factor, rounded twice: its numerator's share to an integer, halves up, and then the powers of two, halves away
/// from zero.
///
/// ```
/// use dl_core::kernels::int8::{Factor, rescale};
///
/// let quarter = Factor::of(0.25);
/// // 5 / 4 becomes 2 by way of 5 / 2
/// assert_eq!([5, 6, 7, -5, -6, -7].map(|x| rescale(x, quarter)), [2, 2, 2, -1, -2, -2]);
/// ```
#[inline(always)]
pub const fn rescale(x: i32, factor: Factor) -> i32 {
    let shift = factor.shift as i32;
    let (left, right) = if shift > 0 { (shift, 0) } else { (0, -shift) };
    divide(high(x.wrapping_shl(left as u32), factor.numerator), right as u32)
}

/// `a b 2⁻³¹`, halves up.
#[inline(always)]
pub(super) const fn high(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    let product = a as i64 * b as i64;
    let half = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
    ((product + half) / (1 << 31)) as i32
}

/// `x 2⁻ⁿ`, halves away from zero, for `n` up to 31.
#[inline(always)]
pub(super) const fn divide(x: i32, n: u32) -> i32 {
    let mask = (1_i64 << (n & 31)) - 1;
    let (rest, half) = (x as i64 & mask, (mask >> 1) + (x < 0) as i64);
    (x >> (n & 31)) + (rest > half) as i32
}

/// `x` times a real number from 2⁻⁹⁰⁰ to 2¹⁸, as in `f64`: rounded to 53 bits, then to an integer, halves away from zero.
///
/// This is how LiteRT's reference kernel of a dense layer does it. Computed with integers, for devices without `f64`.
///
/// ```
/// use dl_core::kernels::int8::rescale_exactly;
///
/// assert_eq!([5, 6, 7, -5, -6, -7].map(|x| rescale_exactly(x, 0.25)), [1, 2, 2, -1, -2, -2]);
/// ```
#[inline(always)]
pub const fn rescale_exactly(x: i32, real: f64) -> i32 {
    let bits = real.to_bits();
    let fraction = bits & ((1 << 52) - 1) | 1 << 52;
    // real = fraction 2^−down
    let down = 1075 - (bits >> 52) as i32;
    let size = x.unsigned_abs() as u64;
    // the product, 85 bits: above 2³² in `whole`, below it in `rest`
    let low = size * (fraction & u32::MAX as u64);
    let (whole, rest) = (size * (fraction >> 32) + (low >> 32), low & u32::MAX as u64);
    // the first 53 bits are kept; a half would be carried on anyway, for its neighbours above are ones where that matters
    let dropped = 43 - whole.leading_zeros() as i32; // 64 + 32 − 53, less the zeros
    let half = if dropped > 0 { (1_u64 << (dropped & 63)) >> 1 } else { 0 };
    let whole = whole + ((rest + half) >> 32);
    let by = down - 32;
    let nearest = match by {
        ..=0 => i32::MAX as u64,
        1..=62 => (whole + (1 << (by - 1))) >> by,
        _ => 0,
    };
    let nearest = if nearest > i32::MAX as u64 { i32::MAX } else { nearest as i32 };
    if x < 0 { -nearest } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// Any bits, of any length.
    fn any(rng: &mut Rng) -> i32 {
        let bits = rng.next_u64();
        (bits as i32) >> (bits >> 59)
    }

    #[test]
    fn exact_rescaling_is_that_of_f64() {
        let mut rng = Rng::new(1);
        let check = |x: i32, real: f64| {
            let expected = (x as f64 * real).round();
            let expected = expected.clamp(-i32::MAX as f64, i32::MAX as f64) as i32;
            assert_eq!(rescale_exactly(x, real), expected, "{x} times {real:e}");
        };
        for _ in 0..200_000 {
            let power = (rng.next_u64() % 40) as i32 - 38;
            check(any(&mut rng), (0.5 + 0.5 * rng.uniform()) * 2.0_f64.powi(power));
        }
        // halves, and what is one bit away from them
        for _ in 0..200_000 {
            let x = any(&mut rng) | 1;
            let half = (any(&mut rng) >> 20) as f64 + 0.5;
            let real = (half / x as f64).abs();
            for real in [real.next_down(), real, real.next_up()] {
                check(x, real);
            }
        }
        for power in 1..34 {
            for x in -300..300 {
                check(x, 2.0_f64.powi(-power));
            }
        }
        check(i32::MIN, 1.0);
        check(i32::MIN, 0.5);
        check(1, 2.0_f64.powi(18));
        check(1000, 1e-300);
    }

    #[test]
    fn rescaling_is_within_one_step_of_the_product() {
        let mut rng = Rng::new(2);
        for _ in 0..100_000 {
            let (x, real) = (any(&mut rng) >> 4, rng.uniform() * 2.0 + 1e-6);
            let error = rescale(x, Factor::of(real)) as f64 - x as f64 * real;
            assert!(
                error.abs() <= 0.75 + x.abs() as f64 * real * 2.0_f64.powi(-30),
                "{x} times {real}: {error}"
            );
        }
    }

    #[test]
    fn a_factor_is_the_nearest() {
        let mut rng = Rng::new(3);
        for _ in 0..100_000 {
            let real = (1.0 + rng.uniform()) * 2.0_f64.powi((rng.next_u64() % 50) as i32 - 30);
            let factor = Factor::of(real);
            let value = factor.numerator as f64 * 2.0_f64.powi(factor.shift as i32 - 31);
            assert!((value / real - 1.0).abs() <= 2.0_f64.powi(-31), "{real:e} became {factor:?}");
        }
    }
}
