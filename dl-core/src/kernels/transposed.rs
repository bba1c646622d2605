//! `C = Aᵀ B`: the one product whose sums run along the contiguous direction of both factors.
//!
//! For many columns, panels of `A` are transposed into a buffer on the stack and the product is the usual one. For
//! few, that would cost more than it gains: there, vectors run along the sums and are added up at the end.

use core::mem::MaybeUninit;

use super::Isa;
use super::product::{Product, Start, gemm};
use super::simd::Simd;

/// `C = Aᵀ B`, column-major: `A` is `k × m`, `B` is `k × n`, `C` is `m × n`, all without gaps.
///
/// The pointers must be good for all numbers of their matrices, and `C` must not overlap the others. The functions of this
/// module ask no more of their caller, except that the processor has the instructions of `V`.
#[derive(Clone, Copy)]
pub(super) struct Transposed {
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) a: *const f32,
    pub(super) b: *const f32,
    pub(super) c: *mut f32,
}

impl Transposed {
    /// The same product with the sizes that are not 0 here: for sizes that the compiler shall know.
    #[inline(always)]
    pub(super) fn with(&self, m: usize, n: usize, k: usize) -> Transposed {
        let known = |size, known| if known == 0 { size } else { known };
        Transposed { m: known(self.m, m), n: known(self.n, n), k: known(self.k, k), ..*self }
    }
}

/// Size of a panel: 16 KiB.
const ROWS: usize = 32;
const DEPTH: usize = 128;

/// Columns up to this are short: adding up what vectors hold takes longer than the products.
const SHORT: usize = 64;

/// Whether there are so few columns that vectors run along the sums, of `m` numbers.
pub(super) fn are_few(isa: Isa, m: usize, columns: usize) -> bool {
    columns < 8 || (columns <= 16 && m >= LONG && isa.has_masks())
}

/// Sums of so many numbers take longer than adding up what vectors hold, where a vector's registers are many.
const LONG: usize = 256;

/// `C = Aᵀ B` by way of transposed panels of `A`; sums run in the order of their indices.
#[inline(always)]
pub(super) unsafe fn packed<V: Simd>(t: &Transposed) {
    let mut panel = MaybeUninit::<[f32; ROWS * DEPTH]>::uninit();
    let panel = panel.as_mut_ptr().cast::<f32>();
    let mut row = 0;
    while row < t.m {
        let rows = ROWS.min(t.m - row);
        let mut done = 0;
        while done < t.k {
            let depth = DEPTH.min(t.k - done);
            // SAFETY: the caller's; the panel has `ROWS × DEPTH` numbers, of which `rows × depth` are written first.
            unsafe {
                transpose::<V>(rows, depth, t.a.add(row * t.k + done), t.k, panel, ROWS);
                gemm::<V>(&Product {
                    m: rows,
                    n: t.n,
                    k: depth,
                    a: panel,
                    a_col: ROWS,
                    b: t.b.add(done),
                    b_row: 1,
                    b_col: t.k,
                    c: t.c.add(row),
                    c_col: t.m,
                    start: if done == 0 { Start::Zero } else { Start::Sum },
                    relu: false,
                });
            }
            done += depth;
        }
        row += rows;
    }
}

/// Columns of `depth` numbers, `stride` apart, become rows, `pitch` apart.
#[inline(always)]
pub(super) unsafe fn transpose<V: Simd>(
    columns: usize,
    depth: usize,
    from: *const f32,
    stride: usize,
    to: *mut f32,
    pitch: usize,
) {
    let (whole_columns, whole_depth) = (columns - columns % 4, depth - depth % 4);
    // SAFETY: the caller's.
    unsafe {
        let many = if whole_depth > 0 { columns - columns % 16 } else { 0 };
        for column in (0..many).step_by(16) {
            for p in (0..whole_depth).step_by(4) {
                V::transpose16(from.add(column * stride + p), stride, to.add(p * pitch + column), pitch);
            }
        }
        for column in (many..whole_columns).step_by(4) {
            for p in (0..whole_depth).step_by(4) {
                V::transpose4(from.add(column * stride + p), stride, to.add(p * pitch + column), pitch);
            }
        }
        for column in 0..columns {
            let done = if column < whole_columns { whole_depth } else { 0 };
            for p in done..depth {
                *to.add(p * pitch + column) = *from.add(column * stride + p);
            }
        }
    }
}

/// `C = Aᵀ B` by dot products, four columns of `A` at a time.
#[inline(always)]
pub(super) unsafe fn dots<V: Simd>(t: &Transposed) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut column = 0;
        while V::MASKED && column + 4 <= t.n {
            dots_with::<V, 4>(t, column);
            column += 4;
        }
        while column + 2 <= t.n {
            dots_with::<V, 2>(t, column);
            column += 2;
        }
        if column < t.n {
            dots_with::<V, 1>(t, column);
        }
    }
}

/// The dot products of all columns of `A` with `NR` columns of `B`.
#[inline(always)]
unsafe fn dots_with<V: Simd, const NR: usize>(t: &Transposed, column: usize) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let (b, c) = (t.b.add(column * t.k), t.c.add(column * t.m));
        let mut row = 0;
        if V::MASKED && NR == 1 && t.k <= SHORT {
            while row + 16 <= t.m {
                short_dots::<V>(t, t.a.add(row * t.k), b, c.add(row));
                row += 16;
            }
        }
        while row + 4 <= t.m {
            dot::<V, 4, NR>(t, t.a.add(row * t.k), b, c.add(row));
            row += 4;
        }
        while row < t.m {
            dot::<V, 1, NR>(t, t.a.add(row * t.k), b, c.add(row));
            row += 1;
        }
    }
}

/// The dot products of sixteen short columns of `A` with one of `B`, to `c`.
#[inline(always)]
unsafe fn short_dots<V: Simd>(t: &Transposed, a: *const f32, b: *const f32, c: *mut f32) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut sums = [V::splat(0.0); 16];
        let mut p = 0;
        while p + V::LANES <= t.k {
            let b_now = V::load(b.add(p));
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = V::load(a.add(i * t.k + p)).mul_add(b_now, *sum);
            }
            p += V::LANES;
        }
        if p < t.k {
            let b_now = V::load_part(b.add(p), t.k - p);
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = V::load_part(a.add(i * t.k + p), t.k - p).mul_add(b_now, *sum);
            }
        }
        V::store_sums(sums, c);
    }
}

/// The dot products of `MR` columns of `A` with `NR` columns of `B`, to `c`.
#[inline(always)]
unsafe fn dot<V: Simd, const MR: usize, const NR: usize>(
    t: &Transposed,
    a: *const f32,
    b: *const f32,
    c: *mut f32,
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut sums = [[V::splat(0.0); 4]; NR]; // the first MR of four are used
        let whole = t.k - t.k % V::LANES;
        for p in (0..whole).step_by(V::LANES) {
            for i in 0..MR {
                let a_now = V::load(a.add(i * t.k + p));
                for (j, sums) in sums.iter_mut().enumerate() {
                    sums[i] = a_now.mul_add(V::load(b.add(j * t.k + p)), sums[i]);
                }
            }
        }
        if V::MASKED && whole < t.k {
            for i in 0..MR {
                let a_now = V::load_part(a.add(i * t.k + whole), t.k - whole);
                for (j, sums) in sums.iter_mut().enumerate() {
                    sums[i] = a_now.mul_add(V::load_part(b.add(j * t.k + whole), t.k - whole), sums[i]);
                }
            }
        }
        if V::MASKED && [MR, NR] == [4, 4] {
            let (mut vectors, mut all) = ([V::splat(0.0); 16], [[0.0; 4]; 4]);
            for (vectors, sums) in vectors.chunks_exact_mut(4).zip(sums) {
                vectors.copy_from_slice(&sums);
            }
            V::store_sums(vectors, all.as_flattened_mut().as_mut_ptr());
            for (j, sums) in all.iter().enumerate() {
                core::ptr::copy_nonoverlapping(sums.as_ptr(), c.add(j * t.m), MR);
            }
            return;
        }
        for (j, sums) in sums.into_iter().enumerate() {
            let mut sums = V::sums(sums);
            for (i, sum) in sums.iter_mut().enumerate().take(MR) {
                for p in if V::MASKED { t.k } else { whole }..t.k {
                    *sum += *a.add(i * t.k + p) * *b.add(j * t.k + p);
                }
            }
            core::ptr::copy_nonoverlapping(sums.as_ptr(), c.add(j * t.m), MR);
        }
    }
}
