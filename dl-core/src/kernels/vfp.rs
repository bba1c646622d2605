//! Products on processors whose floating-point unit has 32 registers of one number each, such as the Cortex-M4F.
//!
//! Of such a processor the compiler loads one number an instruction. Here eight are loaded at once, and a block of sums stays in
//! the registers while the depth runs. A product and its sum are two instructions, a block apart: together they take fewer
//! cycles there than `vmla` or `vfma` alone, by Arm's table (Cortex-M4 reference manual, FPU instruction set), and give
//! the bits of the portable set.

use core::arch::asm;

use super::product::{Product, Start};

/// `C = A B`, column by column.
pub(super) unsafe fn gemm(p: &Product) {
    if p.k == 1 && !p.relu && !matches!(p.start, Start::Bias(_)) {
        // SAFETY: the caller's.
        return unsafe { outer(p) };
    }
    for j in 0..p.n {
        let column =
            Product { n: 1, b: p.b.wrapping_add(j * p.b_col), c: p.c.wrapping_add(j * p.c_col), ..*p };
        // SAFETY: the caller's word for all columns.
        unsafe { gemv(&column) }
    }
}

/// `C = A B`, where `B` and `C` are columns. A bias is for products of some depth.
pub(super) unsafe fn gemv(p: &Product) {
    static ZEROS: [f32; 16] = [0.0; 16];
    let (start, rows) = match p.start {
        Start::Zero => (ZEROS.as_ptr(), 0),
        Start::Bias(bias) => (bias, 1),
        Start::Sum => (p.c.cast_const(), 1),
    };
    // SAFETY: the caller's word for the pointers.
    unsafe {
        if p.k > 0 {
            in_blocks([sums16, sums8, sums4, sums2, sums1], p, |row| start.wrapping_add(row * rows));
        } else if rows == 0 {
            core::slice::from_raw_parts_mut(p.c, p.m).fill(0.0);
        }
        if p.relu {
            for x in core::slice::from_raw_parts_mut(p.c, p.m) {
                *x = if *x < 0.0 { 0.0 } else { *x };
            }
        }
    }
}

/// `C = A B`, where `A` is a column and `B` a row.
pub(super) unsafe fn outer(p: &Product) {
    if p.n == 0 {
        return;
    }
    let column = |row| p.a.wrapping_add(row);
    // SAFETY: the caller's word for the pointers.
    unsafe {
        match p.start {
            Start::Zero => in_blocks([outer16, outer8, outer4, outer2, outer1], p, column),
            _ => in_blocks([outer_add16, outer_add8, outer_add4, outer_add2, outer_add1], p, column),
        }
    }
}

/// A block of rows: the product, its first row, and where what the registers begin with is.
type Block = unsafe fn(&Product, usize, *const f32);

/// All rows, in blocks of 16, 8, 4, 2 and 1.
#[inline(always)]
unsafe fn in_blocks(blocks: [Block; 5], p: &Product, first: impl Fn(usize) -> *const f32) {
    let (mut row, mut rows) = (0, 16);
    for block in blocks {
        while p.m - row >= rows {
            // SAFETY: the caller's word for the pointers; the rows of the block are below `m`.
            unsafe { block(p, row, first(row)) }
            row += rows;
        }
        rows /= 2;
    }
}

/// Functions for the sums of a block of rows in one column: how many rows, the registers of the sums, and what happens at
/// each step of the depth. `load` takes numbers of a column of `A`, `mul` multiplies a number with that of `B`, which is in
/// `s31`.
macro_rules! sums {
    ($(
        $name:ident: $rows:literal in $all:literal {
            $($(load $load:literal)? $(mul $product:ident $a:ident)* $(add $sum:ident $term:ident)*;)*
        }
    )*) => { $(
        unsafe fn $name(p: &Product, row: usize, start: *const f32) {
            // SAFETY: reads the rows at `start` and of each column of `A`, and one number of `B` for each; writes the rows
            // at `c`: all are good by the caller's word, and the depth is at least 1.
            unsafe {
                asm!(
                    concat!("vldmia {start}, ", $all),
                    "2:",
                    "vldr s31, [{b}]",
                    "add {b}, {b}, {b_step}",
                    $(
                        $(concat!("vldmia {a}!, ", $load),)?
                        $(concat!("vmul.f32 ", stringify!($product), ", ", stringify!($a), ", s31"),)*
                        $(concat!("vadd.f32 ", stringify!($sum), ", ", stringify!($sum), ", ", stringify!($term)),)*
                    )*
                    "add {a}, {a}, {a_gap}",
                    "subs {k}, {k}, #1",
                    "bne 2b",
                    concat!("vstmia {c}, ", $all),
                    start = in(reg) start,
                    a = inout(reg) p.a.wrapping_add(row) => _,
                    a_gap = in(reg) (p.a_col.wrapping_sub($rows)).wrapping_mul(4),
                    b = inout(reg) p.b => _,
                    b_step = in(reg) 4 * p.b_row,
                    c = in(reg) p.c.wrapping_add(row),
                    k = inout(reg) p.k => _,
                    out("d0") _, out("d1") _, out("d2") _, out("d3") _, out("d4") _, out("d5") _, out("d6") _, out("d7") _,
                    out("d8") _, out("d9") _, out("d10") _, out("d11") _, out("d12") _, out("d13") _, out("d14") _, out("d15") _,
                    options(nostack),
                );
            }
        }
    )* };
}

sums! {
    sums16: 16 in "{{s0-s15}}" {
        load "{{s16-s23}}" mul s16 s16 mul s17 s17 mul s18 s18 mul s19 s19 mul s20 s20 mul s21 s21
            mul s22 s22 mul s23 s23 add s0 s16 add s1 s17 add s2 s18 add s3 s19 add s4 s20 add s5 s21
            add s6 s22 add s7 s23;
        load "{{s16-s23}}" mul s16 s16 mul s17 s17 mul s18 s18 mul s19 s19 mul s20 s20 mul s21 s21
            mul s22 s22 mul s23 s23 add s8 s16 add s9 s17 add s10 s18 add s11 s19 add s12 s20 add s13 s21
            add s14 s22 add s15 s23;
    }
    sums8: 8 in "{{s0-s7}}" {
        load "{{s16-s23}}" mul s16 s16 mul s17 s17 mul s18 s18 mul s19 s19 mul s20 s20 mul s21 s21
            mul s22 s22 mul s23 s23 add s0 s16 add s1 s17 add s2 s18 add s3 s19 add s4 s20 add s5 s21
            add s6 s22 add s7 s23;
    }
    sums4: 4 in "{{s0-s3}}" {
        load "{{s16-s19}}" mul s16 s16 mul s17 s17 mul s18 s18 mul s19 s19 add s0 s16 add s1 s17 add s2 s18
            add s3 s19;
    }
    sums2: 2 in "{{s0-s1}}" {
        load "{{s16-s17}}" mul s16 s16 mul s17 s17 add s0 s16 add s1 s17;
    }
    sums1: 1 in "{{s0}}" {
        load "{{s16}}" mul s16 s16 add s0 s16;
    }
}

/// Functions for a block of rows of a column times a row: how many rows, the registers of the column's numbers, and what
/// happens at each column of `C`. `load` and `store` are of numbers of that column, `mul` multiplies a number with that of
/// the row, which is in `s31`.
macro_rules! outer {
    ($(
        $name:ident: $rows:literal in $all:literal {
            $($(load $load:literal)? $(mul $product:ident $a:ident)* $(add $sum:ident $term:ident)* $(store $store:literal)?;)*
        }
    )*) => { $(
        unsafe fn $name(p: &Product, row: usize, column: *const f32) {
            // SAFETY: reads the rows of the column and all of the row, which has at least one number; writes, and may read,
            // the rows of each column of `C`: all are good by the caller's word.
            unsafe {
                asm!(
                    concat!("vldmia {column}, ", $all),
                    "2:",
                    "vldr s31, [{b}]",
                    "add {b}, {b}, {b_step}",
                    $(
                        $(concat!("vldmia {c}, ", $load),)?
                        $(concat!("vmul.f32 ", stringify!($product), ", ", stringify!($a), ", s31"),)*
                        $(concat!("vadd.f32 ", stringify!($sum), ", ", stringify!($sum), ", ", stringify!($term)),)*
                        $(concat!("vstmia {c}!, ", $store),)?
                    )*
                    "add {c}, {c}, {c_gap}",
                    "subs {n}, {n}, #1",
                    "bne 2b",
                    column = in(reg) column,
                    b = inout(reg) p.b => _,
                    b_step = in(reg) 4 * p.b_col,
                    c = inout(reg) p.c.wrapping_add(row) => _,
                    c_gap = in(reg) (p.c_col.wrapping_sub($rows)).wrapping_mul(4),
                    n = inout(reg) p.n => _,
                    out("d0") _, out("d1") _, out("d2") _, out("d3") _, out("d4") _, out("d5") _, out("d6") _, out("d7") _,
                    out("d8") _, out("d9") _, out("d10") _, out("d11") _, out("d12") _, out("d13") _, out("d14") _, out("d15") _,
                    options(nostack),
                );
            }
        }
    )* };
}

outer! {
    outer16: 16 in "{{s0-s15}}" {
        mul s16 s0 mul s17 s1 mul s18 s2 mul s19 s3 mul s20 s4 mul s21 s5 mul s22 s6 mul s23 s7
            store "{{s16-s23}}";
        mul s16 s8 mul s17 s9 mul s18 s10 mul s19 s11 mul s20 s12 mul s21 s13 mul s22 s14 mul s23 s15
            store "{{s16-s23}}";
    }
    outer8: 8 in "{{s0-s7}}" {
        mul s16 s0 mul s17 s1 mul s18 s2 mul s19 s3 mul s20 s4 mul s21 s5 mul s22 s6 mul s23 s7
            store "{{s16-s23}}";
    }
    outer4: 4 in "{{s0-s3}}" {
        mul s16 s0 mul s17 s1 mul s18 s2 mul s19 s3 store "{{s16-s19}}";
    }
    outer2: 2 in "{{s0-s1}}" {
        mul s16 s0 mul s17 s1 store "{{s16-s17}}";
    }
    outer1: 1 in "{{s0}}" {
        mul s16 s0 store "{{s16}}";
    }
    outer_add16: 16 in "{{s0-s15}}" {
        load "{{s16-s23}}" mul s24 s0 mul s25 s1 mul s26 s2 mul s27 s3 add s16 s24 add s17 s25 add s18 s26
            add s19 s27;
        mul s24 s4 mul s25 s5 mul s26 s6 mul s27 s7 add s20 s24 add s21 s25 add s22 s26 add s23 s27
            store "{{s16-s23}}";
        load "{{s16-s23}}" mul s24 s8 mul s25 s9 mul s26 s10 mul s27 s11 add s16 s24 add s17 s25 add s18 s26
            add s19 s27;
        mul s24 s12 mul s25 s13 mul s26 s14 mul s27 s15 add s20 s24 add s21 s25 add s22 s26 add s23 s27
            store "{{s16-s23}}";
    }
    outer_add8: 8 in "{{s0-s7}}" {
        load "{{s16-s23}}" mul s24 s0 mul s25 s1 mul s26 s2 mul s27 s3 add s16 s24 add s17 s25 add s18 s26
            add s19 s27;
        mul s24 s4 mul s25 s5 mul s26 s6 mul s27 s7 add s20 s24 add s21 s25 add s22 s26 add s23 s27
            store "{{s16-s23}}";
    }
    outer_add4: 4 in "{{s0-s3}}" {
        load "{{s16-s19}}" mul s24 s0 mul s25 s1 mul s26 s2 mul s27 s3 add s16 s24 add s17 s25 add s18 s26
            add s19 s27 store "{{s16-s19}}";
    }
    outer_add2: 2 in "{{s0-s1}}" {
        load "{{s16-s17}}" mul s24 s0 mul s25 s1 add s16 s24 add s17 s25 store "{{s16-s17}}";
    }
    outer_add1: 1 in "{{s0}}" {
        load "{{s16}}" mul s24 s0 add s16 s24 store "{{s16}}";
    }
}

/// `p ← p − lr g`
pub(super) fn sgd(p: &mut [f32], g: &[f32], lr: f32) {
    let n = p.len().min(g.len());
    let whole = n / 8;
    if whole > 0 {
        // SAFETY: reads and writes `8 whole` numbers of each slice.
        unsafe {
            asm!(
                "vmov s16, {lr}",
                "2:",
                "vldmia {g}!, {{s8-s15}}",
                "vldmia {p}, {{s0-s7}}",
                "vmul.f32 s8, s8, s16", "vmul.f32 s9, s9, s16", "vmul.f32 s10, s10, s16", "vmul.f32 s11, s11, s16",
                "vmul.f32 s12, s12, s16", "vmul.f32 s13, s13, s16", "vmul.f32 s14, s14, s16", "vmul.f32 s15, s15, s16",
                "vsub.f32 s0, s0, s8", "vsub.f32 s1, s1, s9", "vsub.f32 s2, s2, s10", "vsub.f32 s3, s3, s11",
                "vsub.f32 s4, s4, s12", "vsub.f32 s5, s5, s13", "vsub.f32 s6, s6, s14", "vsub.f32 s7, s7, s15",
                "vstmia {p}!, {{s0-s7}}",
                "subs {whole}, {whole}, #1",
                "bne 2b",
                p = inout(reg) p.as_mut_ptr() => _,
                g = inout(reg) g.as_ptr() => _,
                whole = inout(reg) whole => _,
                lr = in(reg) lr.to_bits(),
                out("d0") _, out("d1") _, out("d2") _, out("d3") _, out("d4") _, out("d5") _, out("d6") _, out("d7") _, out("d8") _,
                options(nostack),
            );
        }
    }
    for (p, g) in p.iter_mut().zip(g).skip(8 * whole) {
        *p -= lr * g;
    }
}
