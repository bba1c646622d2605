//! The instructions, and what stands in for them where they are tested.

/// A function that is one instruction, or the expression behind it.
macro_rules! instructions {
    ($($(#[doc = $doc:literal])* $name:ident($($x:ident: $ty:ty),*) -> $out:ty = $asm:literal, $plain:expr;)*) => { $(
        $(#[doc = $doc])*
        #[inline(always)]
        pub(super) fn $name($($x: $ty),*) -> $out {
            #[cfg(dsp)]
            {
                let y;
                // SAFETY: an instruction that the processor has; it writes one register.
                unsafe {
                    core::arch::asm!($asm, $($x = in(reg) $x,)* y = lateout(reg) y, options(pure, nomem, nostack, preserves_flags))
                };
                y
            }
            #[cfg(not(dsp))]
            $plain
        }
    )* };
}

instructions! {
    /// Bytes 0 and 2, each in a half.
    even_bytes(x: u32) -> u32 = "sxtb16 {y}, {x}", halves(x as i8 as i32, (x >> 16) as i8 as i32);
    /// Bytes 1 and 3, each in a half.
    odd_bytes(x: u32) -> u32 = "sxtb16 {y}, {x}, ror #8", halves((x >> 8) as i8 as i32, (x >> 24) as i8 as i32);
    /// `a₀ b₀ + a₁ b₁ + sum`, of halves.
    both_add(a: u32, b: u32, sum: i32) -> i32 = "smlad {y}, {a}, {b}, {sum}",
        sum.wrapping_add(low(a) * low(b)).wrapping_add(low(a >> 16) * low(b >> 16));
    /// `a₀ b₀ + sum`
    low_add(a: u32, b: u32, sum: i32) -> i32 = "smlabb {y}, {a}, {b}, {sum}", sum.wrapping_add(low(a) * low(b));
    /// `a₁ b₁ + sum`
    high_add(a: u32, b: u32, sum: i32) -> i32 = "smlatt {y}, {a}, {b}, {sum}",
        sum.wrapping_add(low(a >> 16) * low(b >> 16));
    /// `x 2⁻ⁿ`, rounded down, for `n` up to 255.
    shifted(x: i32, n: i32) -> i32 = "asr {y}, {x}, {n}", x >> n.min(31);
    /// `a b 2⁻³²`, halves up.
    product(a: i32, b: i32) -> i32 = "smmulr {y}, {a}, {b}", ((a as i64 * b as i64 + (1 << 31)) >> 32) as i32;
    /// The halves of `sum`, each with a byte more: 0 and 2.
    even_bytes_add(sum: u32, x: u32) -> u32 = "sxtab16 {y}, {sum}, {x}",
        halves(low(sum) + x as i8 as i32, low(sum >> 16) + (x >> 16) as i8 as i32);
    /// The halves of `sum`, each with a byte more: 1 and 3.
    odd_bytes_add(sum: u32, x: u32) -> u32 = "sxtab16 {y}, {sum}, {x}, ror #8",
        halves(low(sum) + (x >> 8) as i8 as i32, low(sum >> 16) + (x >> 24) as i8 as i32);
}

/// The number in the lower half.
#[inline(always)]
pub(super) fn low(x: u32) -> i32 {
    x as i16 as i32
}

#[cfg(not(dsp))]
fn halves(low: i32, high: i32) -> u32 {
    low as u16 as u32 | (high as u32) << 16
}

/// Four numbers.
///
/// # Safety
/// They may be read.
#[inline(always)]
pub(super) unsafe fn word(at: *const i8) -> u32 {
    // SAFETY: the caller's word.
    unsafe { at.cast::<u32>().read_unaligned() }
}
