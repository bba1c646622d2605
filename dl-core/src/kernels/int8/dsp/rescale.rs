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

/// Outputs of a dense layer: `count` sums times their scales, as [`rescale_exactly`](int8::rescale_exactly) gives them.
///
/// # Safety
/// There are so many of each.
pub(super) unsafe fn dense_outputs(
    sums: *const i32,
    scale: *const f64,
    y: *mut i8,
    count: usize,
    output: Output,
) {
    let mut left = count;
    while left > 0 {
        let done = count - left;
        // SAFETY: the caller's word: so many are left.
        unsafe {
            left = fast_outputs(sums.add(done), scale.add(done), y.add(done), left, output);
            if left > 0 {
                let i = count - left;
                *y.add(i) = seldom_output(*sums.add(i), *scale.add(i), output);
                left -= 1;
            }
        }
    }
}

#[cold]
#[inline(never)]
fn seldom_output(sum: i32, scale: f64, output: Output) -> i8 {
    to_byte(int8::rescale_exactly(sum, scale), output)
}

/// Outputs up to one that needs more care. Returns how many are left, itself counted.
///
/// Of a sum times the first 53 bits of its scale, the whole numbers above 2³² are taken, shifted by so many bits, and rounded, halves
/// away from zero. What is behind them would be rounded before, and might carry. That matters only if all bits below the half are ones,
/// at least 16 of them. So much care is also needed if the shift is by few bits, or by more than there are.
#[cfg(not(dsp))]
unsafe fn fast_outputs(
    sums: *const i32,
    scale: *const f64,
    y: *mut i8,
    count: usize,
    output: Output,
) -> usize {
    for i in 0..count {
        // SAFETY: the caller's word.
        let (sum, scale) = unsafe { (*sums.add(i), (*scale.add(i)).to_bits()) };
        let (size, high) = (sum.unsigned_abs() as u64, (scale >> 32) as u32);
        let by = 1040_u32.wrapping_sub(high >> 20);
        let whole = size * (high & 0xf_ffff | 0x10_0000) as u64 + ((size * (scale & 0xffff_ffff)) >> 32);
        if by.wrapping_sub(21) > 38 || whole as u16 == u16::MAX {
            return count - i;
        }
        let nearest = (((whole >> by) as u32 + 4) >> 3) as i32;
        // SAFETY: the caller's word.
        unsafe { *y.add(i) = to_byte(if sum < 0 { -nearest } else { nearest }, output) };
    }
    0
}

/// See above. A shift by 32 to 255 bits gives 0, and a negative one is such.
#[cfg(dsp)]
#[inline(always)]
unsafe fn fast_outputs(
    sums: *const i32,
    scale: *const f64,
    y: *mut i8,
    count: usize,
    output: Output,
) -> usize {
    let left;
    // SAFETY: reads and writes what the caller vouches for, one or more.
    unsafe {
        core::arch::asm!(
            "2:",
            "ldr {sum}, [{sums}], #4",
            "ldrd {low}, {high}, [{scale}], #8",
            "eor {size}, {sum}, {sum}, asr #31",
            "sub {size}, {size}, {sum}, asr #31",
            "umull {above}, {whole}, {low}, {size}",
            "sub {by}, {most}, {high}, lsr #20",
            "bfc {high}, #20, #12",
            "orr {high}, {high}, #0x100000",
            "mov {above}, #0",
            "umlal {whole}, {above}, {high}, {size}",
            "sub {low}, {by}, #21",
            "cmp {low}, #38",
            "bhi 3f",
            "mvn {low}, {whole}",
            "lsls {low}, {low}, #16",
            "beq 3f",
            "lsr {size}, {whole}, {by}",
            "rsb {high}, {by}, #32",
            "lsl {high}, {above}, {high}",
            "orr {size}, {size}, {high}",
            "sub {high}, {by}, #32",
            "lsr {high}, {above}, {high}",
            "orr {size}, {size}, {high}",
            "add {size}, {size}, #4",
            "lsr {size}, {size}, #3",
            "eor {size}, {size}, {sum}, asr #31",
            "sub {size}, {size}, {sum}, asr #31",
            "qadd {size}, {size}, {zero}",
            "ssat {size}, #8, {size}",
            "strb {size}, [{y}], #1",
            "subs {left}, {left}, #1",
            "bne 2b",
            "3:",
            sums = inout(reg) sums => _,
            scale = inout(reg) scale => _,
            y = inout(reg) y => _,
            left = inout(reg) count => left,
            zero = in(reg) output.zero as i32,
            most = in(reg) 1040,
            sum = out(reg) _,
            low = out(reg) _,
            high = out(reg) _,
            size = out(reg) _,
            above = out(reg) _,
            whole = out(reg) _,
            by = out(reg) _,
            options(nostack),
        );
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    const OUTPUT: Output = Output { zero: 3, min: -128, max: 127 };

    #[test]
    fn few_instructions_give_the_bits_of_the_plain_functions() {
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
                    let (mut y, expected) = ([0; 2], to_byte(int8::rescale_exactly(x, real), OUTPUT));
                    // SAFETY: there are two of each.
                    unsafe { dense_outputs([x; 2].as_ptr(), [real; 2].as_ptr(), y.as_mut_ptr(), 2, OUTPUT) };
                    assert_eq!(y, [expected; 2], "{x} times {real:e}");
                }
            }
        }
    }
}
