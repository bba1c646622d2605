//! Products of matrices, tile by tile: a rectangle of sums stays in registers while the depth runs.
//!
//! Everything is `inline(always)` and generic over the vector: the functions become part of the entries in
//! [`dispatch`](super::dispatch), one for each instruction set. Sizes are run-time numbers, so a program has one copy.

use core::mem::MaybeUninit;

use super::column::gemv;
use super::few_rows;
use super::simd::Simd;

/// `C = A B`, column-major, with what the sums start from and what happens to them at the end.
///
/// `A` is `m × k` with unit stride down a column; number `(p, j)` of `B`, which is `k × n`, is at `b + p b_row + j b_col`, and
/// one of these strides is 1.
///
/// The pointers must be good for all numbers of their matrices, and `C` must not overlap the others. The functions here and
/// in [`column`](super::column) ask no more of their caller, except that the processor has the instructions of `V`.
#[derive(Clone, Copy)]
pub(super) struct Product {
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) a: *const f32,
    pub(super) a_col: usize,
    pub(super) b: *const f32,
    pub(super) b_row: usize,
    pub(super) b_col: usize,
    pub(super) c: *mut f32,
    pub(super) c_col: usize,
    pub(super) start: Start,
    /// Whether a sum below zero becomes zero.
    pub(super) relu: bool,
}

impl Product {
    /// The same product with the sizes that are not 0 here: for sizes that the compiler shall know.
    #[inline(always)]
    pub(super) fn with(&self, m: usize, n: usize, k: usize) -> Product {
        let known = |size, known| if known == 0 { size } else { known };
        Product { m: known(self.m, m), n: known(self.n, n), k: known(self.k, k), ..*self }
    }

    /// The part of some rows.
    #[inline(always)]
    fn rows(&self, first: usize, m: usize) -> Product {
        let start = match self.start {
            Start::Bias(bias) => Start::Bias(bias.wrapping_add(first)),
            start => start,
        };
        Product { m, a: self.a.wrapping_add(first), c: self.c.wrapping_add(first), start, ..*self }
    }

    /// The part without the first columns.
    #[inline(always)]
    fn behind(&self, columns: usize) -> Product {
        let (b, c) = (columns * self.b_col, columns * self.c_col);
        Product { n: self.n - columns, b: self.b.wrapping_add(b), c: self.c.wrapping_add(c), ..*self }
    }
}

/// What the sums of a product start from.
#[derive(Clone, Copy)]
pub(super) enum Start {
    Zero,
    /// `m` numbers, the same for every column.
    Bias(*const f32),
    /// What `C` holds: the product is added to it.
    Sum,
}

/// Depth of a block: 32 rows of `A`, so deep, stay in the first cache while the columns of `B` pass.
pub(super) const DEPTH: usize = 256;

/// `C = A B`.
#[inline(always)]
pub(super) unsafe fn gemm<V: Simd>(p: &Product) {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if V::LANES == 1 {
        // SAFETY: the caller's, here and below.
        return unsafe { super::vfp::gemm(p) };
    }
    if p.n == 1 {
        // SAFETY: the caller's, here and below.
        return unsafe { gemv::<V>(p) };
    }
    let mut done = 0;
    loop {
        let depth = DEPTH.min(p.k - done);
        let block = Product {
            k: depth,
            a: p.a.wrapping_add(done * p.a_col),
            b: p.b.wrapping_add(done * p.b_row),
            start: if done == 0 { p.start } else { Start::Sum },
            relu: p.relu && done + depth == p.k,
            ..*p
        };
        // SAFETY: the caller's word for the pointers and the instructions.
        unsafe { tiles::<V>(&block) }
        done += depth;
        if done == p.k {
            return;
        }
    }
}

/// Numbers after which the sets of the first cache begin anew, and columns of a panel that are too many for one.
const SETS: usize = 1024;
const SHARED: usize = 64;

/// Columns of `B` for which a panel of `A` is worth a copy.
const MANY: usize = 64;

/// As many rows of `A` as a tile has with AVX-512: 32 KiB, on the stack.
#[repr(align(64))]
struct Panel(MaybeUninit<[f32; 32 * DEPTH]>);

/// All tiles of a product that is not deep.
#[inline(always)]
unsafe fn tiles<V: Simd>(p: &Product) {
    let rows = V::TILE.0 * V::LANES;
    let mut whole = *p;
    // SAFETY: the caller's.
    unsafe {
        if few_rows::are_few::<V>(p, rows) {
            whole.m -= p.m % rows;
            few_rows::last_rows::<V>(p, whole.m);
        }
        panels::<V>(&whole);
    }
}

/// The same, where a last row is worth a vector. With AVX-512 a panel of `A` is copied, by the first tile that reads it, where its
/// columns would push each other out of the first cache before they are read again, or lie across its lines.
#[inline(always)]
unsafe fn panels<V: Simd>(p: &Product) {
    let rows = V::TILE.0 * V::LANES;
    let sets = SETS >> p.a_col.trailing_zeros().min(SETS.trailing_zeros());
    let askew = !p.a_col.is_multiple_of(V::LANES) || !p.a.addr().is_multiple_of(64);
    let copied = V::MASKED && p.n >= MANY && (p.k >= SHARED * sets || askew);
    let mut panel = Panel(MaybeUninit::uninit());
    let panel = panel.0.as_mut_ptr().cast::<f32>();
    let mut row = 0;
    while row < p.m {
        let mut part = if copied { p.rows(row, rows.min(p.m - row)) } else { *p };
        // SAFETY: the caller's; the panel has room for as many rows, and for the depth of a block.
        unsafe {
            if copied && part.m == rows {
                // the first tile copies what it reads
                tile_and::<V, 2, 8, false>(&part, 0, 0, 0, |q, a_now| {
                    store::<V, 2, false>(a_now, panel.add(q * rows), 0, false);
                });
                part = Product { a: panel, a_col: rows, ..part.behind(8) };
            }
            walk::<V>(&part);
        }
        row += part.m;
    }
}

/// The same, where everything lies well.
#[inline(always)]
unsafe fn walk<V: Simd>(p: &Product) {
    let (rows, columns) = (V::TILE.0 * V::LANES, V::TILE.1);
    let mut narrow = *p;
    if V::MASKED && p.m <= V::LANES {
        while narrow.n >= WIDE {
            // SAFETY: the caller's.
            unsafe {
                match p.m % V::LANES {
                    0 => tile::<V, 1, WIDE, false>(&narrow, 0, 0, 0),
                    part => tile::<V, 1, WIDE, true>(&narrow, 0, 0, part),
                }
            }
            narrow = narrow.behind(WIDE);
        }
    }
    let p = &narrow;
    // A small A stays in the first cache, and C is walked in order; a large one is walked once.
    let by_columns = p.m * p.k <= 8 * 1024;
    let (across, down) = (p.n.div_ceil(columns), p.m.div_ceil(rows));
    let (outer, inner) = if by_columns { (across, down) } else { (down, across) };
    for i in 0..outer {
        for j in 0..inner {
            let (row, column) = if by_columns { (j * rows, i * columns) } else { (i * rows, j * columns) };
            // SAFETY: the caller's word for the pointers and the instructions.
            unsafe {
                match (V::TILE.1, p.n - column) {
                    (8, 8..) => strip::<V, 8>(p, row, column),
                    (6, 6..) => strip::<V, 6>(p, row, column),
                    (4, 4..) => strip::<V, 4>(p, row, column),
                    (_, left) => {
                        let mut column = column;
                        if left >= 4 {
                            strip::<V, 4>(p, row, column);
                            column += 4;
                        }
                        if left % 4 >= 2 {
                            strip::<V, 2>(p, row, column);
                            column += 2;
                        }
                        if left % 2 == 1 {
                            strip::<V, 1>(p, row, column);
                        }
                    }
                }
            }
        }
    }
}

/// Columns of a tile that is one vector high.
const WIDE: usize = 16;

/// The tile at `row`, or the rows that are left there, `NR` columns wide.
#[inline(always)]
unsafe fn strip<V: Simd, const NR: usize>(p: &Product, row: usize, column: usize) {
    let left = p.m - row;
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        if left >= V::TILE.0 * V::LANES {
            match V::TILE.0 {
                4 => tile::<V, 4, NR, false>(p, row, column, 0),
                _ => tile::<V, 2, NR, false>(p, row, column, 0),
            }
        } else if V::MASKED {
            match (left / V::LANES, left % V::LANES) {
                (0, part) => tile::<V, 1, NR, true>(p, row, column, part),
                (_, 0) => tile::<V, 1, NR, false>(p, row, column, 0),
                (_, part) => tile::<V, 2, NR, true>(p, row, column, part),
            }
        } else {
            let mut row = row;
            while p.m - row >= V::LANES {
                tile::<V, 1, NR, false>(p, row, column, 0);
                row += V::LANES;
            }
            rest::<V::Rest, NR>(p, row, column);
        }
    }
}

/// The last rows, in ever shorter vectors.
#[inline(always)]
unsafe fn rest<V: Simd, const NR: usize>(p: &Product, mut row: usize, column: usize) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        while p.m - row >= V::LANES {
            tile::<V, 1, NR, false>(p, row, column, 0);
            row += V::LANES;
        }
        while V::LANES > 1 && row < p.m {
            tile::<V::Rest, 1, NR, false>(p, row, column, 0);
            row += 1;
        }
    }
}

/// `MV` vectors by `NR` columns of sums; of the last vector only `part` rows, if `PART`.
#[inline(always)]
unsafe fn tile<V: Simd, const MV: usize, const NR: usize, const PART: bool>(
    p: &Product,
    row: usize,
    column: usize,
    part: usize,
) {
    // SAFETY: the caller's.
    unsafe { tile_and::<V, MV, NR, PART>(p, row, column, part, |_, _| ()) }
}

/// The same; and shows each column of `A`, and the rows of it that the tile has.
#[inline(always)]
unsafe fn tile_and<V: Simd, const MV: usize, const NR: usize, const PART: bool>(
    p: &Product,
    row: usize,
    column: usize,
    part: usize,
    mut seen: impl FnMut(usize, [V; MV]),
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let c = p.c.add(column * p.c_col + row);
        let mut sums = match p.start {
            Start::Zero => [[V::splat(0.0); MV]; NR],
            Start::Bias(bias) => [load::<V, MV, PART>(bias.add(row), part); NR],
            Start::Sum => {
                let mut sums = [[V::splat(0.0); MV]; NR];
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = load::<V, MV, PART>(c.add(j * p.c_col), part);
                }
                sums
            }
        };
        let (mut a, mut b) = (p.a.add(row), p.b.add(column * p.b_col));
        if p.b_col == 1 {
            for q in 0..p.k {
                let a_now = load::<V, MV, PART>(a, part);
                seen(q, a_now);
                for (j, sums) in sums.iter_mut().enumerate() {
                    add::<V, MV>(sums, a_now, *b.add(j));
                }
                a = a.wrapping_add(p.a_col);
                b = b.wrapping_add(p.b_row);
            }
        } else {
            // A pointer for each column: one that walked from column to column would be waited for.
            let mut columns = [b; NR];
            for (j, b) in columns.iter_mut().enumerate() {
                *b = b.add(j * p.b_col);
            }
            for q in 0..p.k {
                let a_now = load::<V, MV, PART>(a, part);
                seen(q, a_now);
                for (sums, b) in sums.iter_mut().zip(columns) {
                    add::<V, MV>(sums, a_now, *b.add(q));
                }
                a = a.wrapping_add(p.a_col);
            }
        }
        for (j, sums) in sums.into_iter().enumerate() {
            store::<V, MV, PART>(sums, c.add(j * p.c_col), part, p.relu);
        }
    }
}

/// `sums += a b`
#[inline(always)]
unsafe fn add<V: Simd, const MV: usize>(sums: &mut [V; MV], a: [V; MV], b: f32) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let b = V::splat(b);
        for (sum, a) in sums.iter_mut().zip(a) {
            *sum = a.mul_add(b, *sum);
        }
    }
}

/// `MV` vectors in a row; of the last one only `part` numbers, if `PART`.
#[inline(always)]
pub(super) unsafe fn load<V: Simd, const MV: usize, const PART: bool>(
    from: *const f32,
    part: usize,
) -> [V; MV] {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut vectors = [V::splat(0.0); MV];
        for (i, v) in vectors.iter_mut().enumerate() {
            let from = from.add(i * V::LANES);
            *v = if PART && i == MV - 1 { V::load_part(from, part) } else { V::load(from) };
        }
        vectors
    }
}

/// The opposite of [`load`]; with `relu`, numbers below zero become zero.
#[inline(always)]
pub(super) unsafe fn store<V: Simd, const MV: usize, const PART: bool>(
    vectors: [V; MV],
    to: *mut f32,
    part: usize,
    relu: bool,
) {
    for (i, v) in vectors.into_iter().enumerate() {
        // SAFETY: the caller's word for the pointers and the instructions.
        unsafe {
            let to = to.add(i * V::LANES);
            let v = if relu { v.relu() } else { v };
            if PART && i == MV - 1 { v.store_part(to, part) } else { v.store(to) }
        }
    }
}

/// `C = A B`, where the depth is 1.
#[inline(always)]
pub(super) unsafe fn outer<V: Simd>(p: &Product) {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if V::LANES == 1 {
        // SAFETY: the caller's, here and below.
        return unsafe { super::vfp::outer(p) };
    }
    // SAFETY: the caller's.
    unsafe { tiles::<V>(&Product { k: 1, ..*p }) }
}
