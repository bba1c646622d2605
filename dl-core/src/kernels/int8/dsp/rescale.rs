//! From the scale of a sum to that of an output, in few instructions.

use super::instructions::{product, shifted};
use crate::kernels::int8::{self, Factor, Output};

/// The integer for a number of `steps` above zero, its bounds left to [`narrow`].
#[inline(always)]
pub(super) fn to_byte(steps: i32, output: Output) -> i8 {
    steps.saturating_add(output.zero as i32).clamp(-128, 127) as i8
}

/// Puts what is outside of an output's bounds on them.
#[inline(always)]
pub(super) fn narrow(output: Output, y: &mut [i8]) {
    if (output.min, output.max) != (i8::MIN, i8::MAX) {
        put_inside(output, y);
    }
}

#[inline(never)]
fn put_inside(output: Output, y: &mut [i8]) {
    for y in y {
        *y = if *y < output.min { output.min } else { (*y).min(output.max) };
    }
}

/// [`rescale`](int8::rescale), for a numerator that is not negative.
#[inline(always)]
pub(super) fn rescale(x: i32, factor: Factor) -> i32 {
    // one less than the shift to the right
    let less = !(factor.shift as i32);
    match x.checked_add(x) {
        Some(twice) if less >= 0 => {
            let product = product(twice, factor.numerator);
            // halves go away from zero: below it, a bit less than a half is added
            (shifted(product.wrapping_add(product >> 31), less) + 1) >> 1
        }
        _ => seldom(x, factor),
    }
}

#[cold]
#[inline(never)]
fn seldom(x: i32, factor: Factor) -> i32 {
    int8::rescale(x, factor)
}

/// [`rescale_exactly`](int8::rescale_exactly)
#[inline(always)]
pub(super) fn rescale_exactly(x: i32, real: f64) -> i32 {
    let Product { whole, nearest, by } = exact_product(x, real);
    // Rounding to 53 bits may carry to `whole`. That matters only if all of its bits below a half are ones, at least 20.
    if by.wrapping_sub(21) > 38 || !whole << 16 == 0 {
        return seldom_exactly(x, real);
    }
    nearest
}

#[cold]
#[inline(never)]
fn seldom_exactly(x: i32, real: f64) -> i32 {
    int8::rescale_exactly(x, real)
}

/// A product of a number of 31 bits and one of 53.
struct Product {
    /// What is above the last 32 of its 84 bits; of that, the last 32.
    whole: u32,
    /// All of that divided by `2^(by + 3)`: the nearest integer, halves away from zero.
    nearest: i32,
    /// By how many bits it is shifted at first.
    by: u32,
}

#[cfg(not(dsp))]
fn exact_product(x: i32, real: f64) -> Product {
    let (low, high) = (real.to_bits() as u32, (real.to_bits() >> 32) as u32);
    let (size, by) = (x.unsigned_abs() as u64, 1040_u32.wrapping_sub(high >> 20));
    let whole = size * (high & 0xf_ffff | 0x10_0000) as u64 + ((size * low as u64) >> 32);
    let nearest = ((whole.checked_shr(by).unwrap_or(0) as u32).wrapping_add(4) >> 3) as i32;
    Product { whole: whole as u32, nearest: if x < 0 { -nearest } else { nearest }, by }
}

#[cfg(dsp)]
#[inline(always)]
fn exact_product(x: i32, real: f64) -> Product {
    let (low, high) = (real.to_bits() as u32, (real.to_bits() >> 32) as u32);
    let (whole, nearest, by);
    // SAFETY: computes with registers.
    unsafe {
        core::arch::asm!(
            "eor {size}, {x}, {x}, asr #31",
            "sub {size}, {size}, {x}, asr #31",
            "umull {above}, {whole}, {low}, {size}",
            "lsr {by}, {high}, #20",
            "bfc {high}, #20, #12",
            "orr {high}, {high}, #0x100000",
            "mov {above}, #0",
            "umlal {whole}, {above}, {high}, {size}",
            "rsb {by}, {by}, #1040",
            // a shift of 64 bits: those by 32 and more, or by less than nothing, give 0
            "lsr {size}, {whole}, {by}",
            "rsb {high}, {by}, #32",
            "lsl {high}, {above}, {high}",
            "orr {size}, {size}, {high}",
            "sub {high}, {by}, #32",
            "lsr {high}, {above}, {high}",
            "orr {size}, {size}, {high}",
            "add {size}, {size}, #4",
            "lsr {size}, {size}, #3",
            "eor {size}, {size}, {x}, asr #31",
            "sub {size}, {size}, {x}, asr #31",
            x = in(reg) x,
            low = in(reg) low,
            high = inout(reg) high => _,
            size = out(reg) nearest,
            above = out(reg) _,
            whole = out(reg) whole,
            by = out(reg) by,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    Product { whole, nearest, by }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn a_few_instructions_give_the_bits_of_the_plain_functions() {
        let mut rng = Rng::new(1);
        for _ in 0..300_000 {
            let bits = rng.next_u64();
            let (x, power) = ((bits as i32) >> (bits >> 59), (bits >> 32) as i32 % 42);
            let real = (0.5 + 0.5 * rng.uniform()) * 2.0_f64.powi(8 - power);
            let half = ((power as f64 + 0.5) / x as f64).abs();
            for real in [real, half.next_down(), half, half.next_up(), 2.0_f64.powi(-power)] {
                if real < 2.0_f64.powi(18) {
                    let factor = Factor::of(real);
                    assert_eq!(rescale(x, factor), int8::rescale(x, factor), "{x} times {factor:?}");
                    assert_eq!(
                        rescale_exactly(x, real),
                        int8::rescale_exactly(x, real),
                        "{x} times {real:e}"
                    );
                }
            }
        }
    }
}
