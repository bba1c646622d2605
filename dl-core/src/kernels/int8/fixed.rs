//! Functions of fixed-point numbers: 32 bits that stand for `bits 2^−n`.

use super::rescale::{divide, high};

/// `x 2ⁿ`, or the end of the range.
const fn multiply(x: i32, n: u32) -> i32 {
    let limit = (1 << (31 - n)) - 1;
    if x > limit {
        i32::MAX
    } else if x < -limit {
        i32::MIN
    } else {
        x << n
    }
}

/// `eˣ` for `x ≤ 0` in units of 2⁻²⁶, in units of 2⁻³¹.
///
/// `x` is split into quarters, of which each bit is a factor, and a rest, whose power is a polynomial of degree 4.
pub(super) fn exp(x: i32) -> i32 {
    const QUARTER: i32 = 1 << 24;
    /// `e^(−2ᵏ)` for `k` from −2 on, in units of 2⁻³¹.
    const POWERS: [i32; 7] =
        [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
    if x == 0 {
        return i32::MAX;
    }
    let rest = (x & (QUARTER - 1)) - QUARTER;
    let quarters = rest.wrapping_sub(x);
    let mut y = exp_of_less_than_a_quarter(rest << 5);
    for (bit, power) in (24..).zip(POWERS) {
        if quarters >> bit & 1 == 1 {
            y = high(y, power);
        }
    }
    y
}

/// `eˣ` for `−1/4 ≤ x < 0`, both in units of 2⁻³¹: a polynomial around −1/8.
fn exp_of_less_than_a_quarter(x: i32) -> i32 {
    const THIRD: i32 = 715_827_883;
    const POWER: i32 = 1_895_147_668; // e^(−1/8)
    let x = x + (1 << 28);
    let x2 = high(x, x);
    let (x3, x4) = (high(x2, x), high(x2, x2));
    // x⁴/24 + x³/6 + x²/2
    let rest = divide(high(divide(x4, 2) + x3, THIRD) + x2, 1);
    POWER + high(POWER, x + rest)
}

/// `1 / (1 + x)` for `0 ≤ x < 1`, both in units of 2⁻³¹: Newton's method.
pub(super) fn one_over_one_plus(x: i32) -> i32 {
    const ONE: i32 = 1 << 29; // in units of 2⁻²⁹, as what follows
    const START: i32 = 1_515_870_810; // 48/17
    const SLOPE: i32 = -1_010_580_540; // −32/17
    // (1 + x) / 2, in units of 2⁻³¹
    let half = ((x as i64 + i32::MAX as i64 + 1) / 2) as i32;
    let mut y = START + high(half, SLOPE);
    for _ in 0..3 {
        let missing = ONE - high(half, y);
        y += multiply(high(y, missing), 2);
    }
    multiply(y, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_and_quotients_are_close() {
        let unit = 2.0_f64.powi(-31);
        for i in 0..20_000 {
            let x = -i * 52_543; // to −15.7
            let expected = (x as f64 * 2.0_f64.powi(-26)).exp();
            assert!((exp(x) as f64 * unit - expected).abs() < 3e-7, "exp of {x}");
            let x = i * 107_374;
            let expected = 1.0 / (1.0 + x as f64 * unit);
            assert!((one_over_one_plus(x) as f64 * unit - expected).abs() < 2e-8, "1 / (1 + {x})");
        }
    }
}
