//! Sums of products of some rows with some columns, which share what is loaded and widened. Addresses may be any.
//!
//! The loops are written out: the compiler has 13 registers for them, and keeps some of the sums in memory.

#[cfg(dsp)]
use core::arch::asm;

use super::instructions::{both_add, even_bytes, odd_bytes, word};

/// Sets `sums` to the products of four rows with a column of `n` numbers, and a bias each. The rows lie one behind the other.
///
/// # Safety
/// `n` numbers of each may be read, and four biases; there is room for four sums.
#[cfg(not(dsp))]
pub(super) unsafe fn dots4x1(
    rows: *const i8,
    column: *const i8,
    n: usize,
    bias: *const i32,
    sums: *mut [i32; 4],
) {
    for row in 0..4 {
        // SAFETY: the caller's word.
        unsafe { (*sums)[row] = (*bias.add(row)).wrapping_add(dot(rows.add(row * n), column, n)) };
    }
}

/// Adds to `sums[row][column]` the products of two rows with two columns of `n` numbers.
///
/// # Safety
/// `n` numbers of each may be read.
#[cfg(not(dsp))]
pub(super) unsafe fn dots2x2(
    rows: [*const i8; 2],
    columns: [*const i8; 2],
    n: usize,
    sums: &mut [[i32; 2]; 2],
) {
    for (row, sums) in rows.into_iter().zip(sums) {
        for (column, sum) in columns.into_iter().zip(sums) {
            // SAFETY: the caller's word.
            *sum = sum.wrapping_add(unsafe { dot(row, column, n) });
        }
    }
}

/// The products of a row with a column of `n` numbers.
///
/// # Safety
/// `n` numbers of each may be read.
#[inline(never)]
pub(super) unsafe fn dot(mut row: *const i8, mut column: *const i8, n: usize) -> i32 {
    let mut sum = 0;
    for _ in 0..n / 4 {
        // SAFETY: the caller's word.
        let (a, b) = unsafe { (word(row), word(column)) };
        sum = both_add(odd_bytes(a), odd_bytes(b), both_add(even_bytes(a), even_bytes(b), sum));
        (row, column) = (row.wrapping_add(4), column.wrapping_add(4));
    }
    for _ in 0..n % 4 {
        // SAFETY: the caller's word.
        sum += unsafe { *row as i32 * *column as i32 };
        (row, column) = (row.wrapping_add(1), column.wrapping_add(1));
    }
    sum
}

/// Loads a word of a row, and adds its products with the column's, in `e` and `o`, to a sum.
#[cfg(dsp)]
macro_rules! row {
    ($load:literal, $sum:literal) => {
        concat!(
            "ldr {t}, ",
            $load,
            "\n sxtb16 {u}, {t}, ror #8 \n sxtb16 {t}, {t} \n",
            "smlad {",
            $sum,
            "}, {u}, {o}, {",
            $sum,
            "} \n smlad {",
            $sum,
            "}, {t}, {e}, {",
            $sum,
            "} \n",
        )
    };
}
#[cfg(dsp)]
macro_rules! word4x1 {
    () => {
        concat!(
            "ldr {e}, [{x}], #4 \n sxtb16 {o}, {e}, ror #8 \n sxtb16 {e}, {e} \n",
            row!("[{w}, {k}]", "s1"),
            row!("[{w}], #4", "s0"),
            row!("[{v}, {k}]", "s3"),
            row!("[{v}], #4", "s2"),
        )
    };
}

/// See above.
#[cfg(dsp)]
#[inline(never)]
pub(super) unsafe fn dots4x1(
    rows: *const i8,
    column: *const i8,
    n: usize,
    bias: *const i32,
    sums: *mut [i32; 4],
) {
    // SAFETY: the caller's word: four biases.
    let [mut s0, mut s1, mut s2, mut s3] = unsafe { *bias.cast::<[i32; 4]>() };
    // SAFETY: reads the numbers that the caller vouches for, and writes four sums.
    unsafe {
        asm!(
            "subs {n}, {n}, #8",
            "blt 3f",
            "2:", word4x1!(), word4x1!(),
            "subs {n}, {n}, #8",
            "bge 2b",
            "3:",
            "adds {n}, {n}, #4",
            "blt 5f",
            word4x1!(),
            "sub {n}, {n}, #4",
            "5:",
            "adds {n}, {n}, #4",
            "beq 7f",
            "6:",
            "ldrsb {e}, [{x}], #1",
            "ldrsb {t}, [{w}, {k}]", "mla {s1}, {t}, {e}, {s1}",
            "ldrsb {t}, [{w}], #1", "mla {s0}, {t}, {e}, {s0}",
            "ldrsb {t}, [{v}, {k}]", "mla {s3}, {t}, {e}, {s3}",
            "ldrsb {t}, [{v}], #1", "mla {s2}, {t}, {e}, {s2}",
            "subs {n}, {n}, #1",
            "bne 6b",
            "7:",
            w = inout(reg) rows => _,
            v = inout(reg) rows.wrapping_add(2 * n) => _,
            k = in(reg) n,
            x = inout(reg) column => _,
            n = inout(reg) n => _,
            s0 = inout(reg) s0,
            s1 = inout(reg) s1,
            s2 = inout(reg) s2,
            s3 = inout(reg) s3,
            t = out(reg) _,
            u = out(reg) _,
            e = out(reg) _,
            o = out(reg) _,
            options(readonly, nostack),
        );
        sums.write([s0, s1, s2, s3]);
    }
}

/// Loads a word of a column, and adds its products with those of both rows to the sums of the first and of the second row.
#[cfg(dsp)]
macro_rules! column {
    ($x:literal, $first:literal, $second:literal) => {
        concat!(
            "ldr {e}, [{",
            $x,
            "}], #4 \n sxtb16 r7, {e}, ror #8 \n sxtb16 {e}, {e} \n",
            "smlad {",
            $first,
            "}, {t}, {e}, {",
            $first,
            "} \n smlad {",
            $second,
            "}, {a}, {e}, {",
            $second,
            "} \n",
            "smlad {",
            $first,
            "}, {u}, r7, {",
            $first,
            "} \n smlad {",
            $second,
            "}, {b}, r7, {",
            $second,
            "} \n",
        )
    };
}
#[cfg(dsp)]
macro_rules! word2x2 {
    () => {
        concat!(
            "ldr {t}, [{w}], #4 \n ldr {a}, [{v}], #4 \n",
            "sxtb16 {u}, {t}, ror #8 \n sxtb16 {t}, {t} \n sxtb16 {b}, {a}, ror #8 \n sxtb16 {a}, {a} \n",
            column!("x", "s0", "s2"),
            column!("z", "s1", "s3"),
        )
    };
}

/// See above.
#[cfg(dsp)]
#[inline(never)]
pub(super) unsafe fn dots2x2(
    [w, v]: [*const i8; 2],
    [x, z]: [*const i8; 2],
    n: usize,
    [[s0, s1], [s2, s3]]: &mut [[i32; 2]; 2],
) {
    // SAFETY: reads the numbers that the caller vouches for. All 13 registers are taken, so the count is on the stack and `r7`, the
    // frame's pointer, is put back in the end.
    unsafe {
        asm!(
            "push {{r7}}",
            "subs {t}, {t}, #16",
            "push {{{t}}}",
            "blt 3f",
            "2:", word2x2!(), word2x2!(), word2x2!(), word2x2!(),
            "ldr {t}, [sp]",
            "subs {t}, {t}, #16",
            "str {t}, [sp]",
            "bge 2b",
            "3:",
            "adds {t}, {t}, #12",
            "str {t}, [sp]",
            "blt 5f",
            "4:", word2x2!(),
            "ldr {t}, [sp]",
            "subs {t}, {t}, #4",
            "str {t}, [sp]",
            "bge 4b",
            "5:",
            "adds {t}, {t}, #4",
            "beq 7f",
            "6:",
            "ldrsb {u}, [{w}], #1", "ldrsb {a}, [{v}], #1", "ldrsb {b}, [{x}], #1", "ldrsb {e}, [{z}], #1",
            "mla {s0}, {u}, {b}, {s0}", "mla {s1}, {u}, {e}, {s1}",
            "mla {s2}, {a}, {b}, {s2}", "mla {s3}, {a}, {e}, {s3}",
            "subs {t}, {t}, #1",
            "bne 6b",
            "7:",
            "add sp, sp, #4",
            "pop {{r7}}",
            w = inout(reg) w => _,
            v = inout(reg) v => _,
            x = inout(reg) x => _,
            z = inout(reg) z => _,
            s0 = inout(reg) *s0,
            s1 = inout(reg) *s1,
            s2 = inout(reg) *s2,
            s3 = inout(reg) *s3,
            t = inout(reg) n => _,
            u = out(reg) _,
            a = out(reg) _,
            b = out(reg) _,
            e = out(reg) _,
            options(readonly),
        );
    }
}
