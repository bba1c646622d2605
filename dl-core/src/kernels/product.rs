//! Products of matrices, tile by tile: a rectangle of sums stays in registers while the depth runs.
//!
//! Everything is `inline(always)` and generic over the vector: the functions become part of the entries in
//! [`dispatch`](super::dispatch), one for each instruction set. Sizes are run-time numbers, so a program has one copy.

use super::simd::Simd;

/// `C = A B`, column-major, with what the sums start from and what happens to them at the end.
///
/// `A` is `m × k` with unit stride down a column; number `(p, j)` of `B`, which is `k × n`, is at `b + p b_row + j b_col`, and
/// one of these strides is 1.
///
/// The pointers must be good for all numbers of their matrices, which must not overlap where one is written. The functions of this module ask no more of
/// their caller, except that the processor has the instructions of `V`.
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
const DEPTH: usize = 256;

/// `C = A B`.
#[inline(always)]
pub(super) unsafe fn gemm<V: Simd>(p: &Product) {
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
        unsafe { tiles::<V>(&block) }
        done += depth;
        if done == p.k {
            return;
        }
    }
}

/// All tiles of a product that is not deep.
#[inline(always)]
unsafe fn tiles<V: Simd>(p: &Product) {
    let (rows, columns) = (V::TILE.0 * V::LANES, V::TILE.1);
    // A small A stays in the first cache, and C is walked in order; a large one is walked once.
    let by_columns = p.m * p.k <= 8 * 1024;
    let (across, down) = (p.n.div_ceil(columns), p.m.div_ceil(rows));
    let (outer, inner) = if by_columns { (across, down) } else { (down, across) };
    for i in 0..outer {
        for j in 0..inner {
            let (row, column) = if by_columns { (j * rows, i * columns) } else { (i * rows, j * columns) };
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

/// The tile at `row`, or the rows that are left there, `NR` columns wide.
#[inline(always)]
unsafe fn strip<V: Simd, const NR: usize>(p: &Product, row: usize, column: usize) {
    let left = p.m - row;
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
            for _ in 0..p.k {
                let a_now = load::<V, MV, PART>(a, part);
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
    unsafe {
        let b = V::splat(b);
        for (sum, a) in sums.iter_mut().zip(a) {
            *sum = a.mul_add(b, *sum);
        }
    }
}

/// `MV` vectors in a row; of the last one only `part` numbers, if `PART`.
#[inline(always)]
unsafe fn load<V: Simd, const MV: usize, const PART: bool>(from: *const f32, part: usize) -> [V; MV] {
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
unsafe fn store<V: Simd, const MV: usize, const PART: bool>(
    vectors: [V; MV],
    to: *mut f32,
    part: usize,
    relu: bool,
) {
    for (i, v) in vectors.into_iter().enumerate() {
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
    // SAFETY: the caller's.
    unsafe { tiles::<V>(&Product { k: 1, ..*p }) }
}

/// `C = A B`, where `B` and `C` are columns.
#[inline(always)]
pub(super) unsafe fn gemv<V: Simd>(p: &Product) {
    let mut row = 0;
    unsafe {
        if p.m > 8 * V::LANES {
            row = p.m - if V::MASKED { 0 } else { p.m % V::LANES };
            sweep::<V>(p, row);
        } else if V::MASKED && p.m == 8 * V::LANES && skew::<V>(p) > 0 {
            return skewed_tile::<V, 9>(p);
        } else if V::MASKED && p.m == 4 * V::LANES && skew::<V>(p) > 0 {
            return skewed_tile::<V, 5>(p);
        } else if p.m == 8 * V::LANES {
            column_tile::<V, 8, 1, false>(p, row, 0);
            row += 8 * V::LANES;
        }
        if p.m - row >= 4 * V::LANES {
            column_tile::<V, 4, 2, false>(p, row, 0);
            row += 4 * V::LANES;
        }
        if p.m - row >= 2 * V::LANES {
            column_tile::<V, 2, 4, false>(p, row, 0);
            row += 2 * V::LANES;
        }
        if p.m - row >= V::LANES {
            column_tile::<V, 1, 4, false>(p, row, 0);
            row += V::LANES;
        }
        if row == p.m {
        } else if V::MASKED {
            column_tile::<V, 1, 4, true>(p, row, p.m - row);
        } else {
            column_rest::<V::Rest>(p, row);
        }
    }
}

/// How many numbers `A` lies behind the start of a cache line, if all its columns do. Vectors that straddle lines take twice
/// the time.
#[inline(always)]
fn skew<V: Simd>(p: &Product) -> usize {
    if p.a_col.is_multiple_of(V::LANES) { p.a.addr() / size_of::<f32>() % V::LANES } else { 0 }
}

/// A column of `MV − 1` vectors, of which `A` lies askew: the first and the last of `MV` vectors are parts.
#[inline(always)]
unsafe fn skewed_tile<V: Simd, const MV: usize>(p: &Product) {
    let head = V::LANES - skew::<V>(p);
    unsafe {
        let mut sums = [V::splat(0.0); MV];
        match p.start {
            Start::Zero => {}
            Start::Bias(bias) => sums = load_skewed(bias, head),
            Start::Sum => sums = load_skewed(p.c, head),
        }
        let (mut a, mut b) = (p.a, p.b);
        for _ in 0..p.k {
            let b_now = V::splat(*b);
            for (sum, a) in sums.iter_mut().zip(load_skewed::<V, MV>(a, head)) {
                *sum = a.mul_add(b_now, *sum);
            }
            a = a.wrapping_add(p.a_col);
            b = b.wrapping_add(p.b_row);
        }
        for (i, sum) in sums.into_iter().enumerate() {
            let sum = if p.relu { sum.relu() } else { sum };
            match i {
                0 => sum.store_part(p.c, head),
                i if i < MV - 1 => sum.store(p.c.add(head + (i - 1) * V::LANES)),
                _ => sum.store_part(p.c.add(head + (MV - 2) * V::LANES), V::LANES - head),
            }
        }
    }
}

/// `head` numbers, whole vectors, and what is left of the `MV − 1` vectors that they are.
#[inline(always)]
unsafe fn load_skewed<V: Simd, const MV: usize>(from: *const f32, head: usize) -> [V; MV] {
    unsafe {
        let mut vectors = [V::splat(0.0); MV];
        for (i, v) in vectors.iter_mut().enumerate() {
            *v = match i {
                0 => V::load_part(from, head),
                i if i < MV - 1 => V::load(from.add(head + (i - 1) * V::LANES)),
                _ => V::load_part(from.add(head + (MV - 2) * V::LANES), V::LANES - head),
            };
        }
        vectors
    }
}

/// The first `rows` of a column too long for the registers: `A` is read once, as it lies in memory, some columns at a time, and the sums wait in the first cache.
#[inline(always)]
unsafe fn sweep<V: Simd>(p: &Product, rows: usize) {
    unsafe {
        match p.start {
            Start::Zero => core::slice::from_raw_parts_mut(p.c, rows).fill(0.0),
            Start::Bias(bias) => core::ptr::copy_nonoverlapping(bias, p.c, rows),
            Start::Sum => {}
        }
        let (mut a, mut b) = (p.a, p.b);
        let mut left = p.k;
        while left > 0 {
            let now = match left {
                8.. => 8,
                4.. => 4,
                _ => 1,
            };
            left -= now;
            let relu = p.relu && left == 0;
            match now {
                8 => sweep_columns::<V, 8>(p, rows, a, b, relu),
                4 => sweep_columns::<V, 4>(p, rows, a, b, relu),
                _ => sweep_columns::<V, 1>(p, rows, a, b, relu),
            }
            a = a.wrapping_add(now * p.a_col);
            b = b.wrapping_add(now * p.b_row);
        }
    }
}

/// Adds `NC` columns of `A`, times their numbers of `B`, to the sums.
#[inline(always)]
unsafe fn sweep_columns<V: Simd, const NC: usize>(
    p: &Product,
    rows: usize,
    a: *const f32,
    b: *const f32,
    relu: bool,
) {
    unsafe {
        let mut factors = [V::splat(0.0); NC];
        for (u, factor) in factors.iter_mut().enumerate() {
            *factor = V::splat(*b.add(u * p.b_row));
        }
        let mut row = 0;
        if V::MASKED && skew::<V>(p) > 0 {
            row = (V::LANES - skew::<V>(p)).min(rows);
            sweep_vector::<V, NC, true>(p, 0, row, a, factors, relu);
        }
        while rows - row >= V::LANES {
            sweep_vector::<V, NC, false>(p, row, 0, a, factors, relu);
            row += V::LANES;
        }
        if V::MASKED && row < rows {
            sweep_vector::<V, NC, true>(p, row, rows - row, a, factors, relu);
        }
    }
}

/// One vector of [`sweep_columns`]; only `part` numbers of it, if `PART`.
#[inline(always)]
unsafe fn sweep_vector<V: Simd, const NC: usize, const PART: bool>(
    p: &Product,
    row: usize,
    part: usize,
    a: *const f32,
    factors: [V; NC],
    relu: bool,
) {
    unsafe {
        let [mut sum] = load::<V, 1, PART>(p.c.add(row), part);
        for (u, factor) in factors.into_iter().enumerate() {
            let [a] = load::<V, 1, PART>(a.add(u * p.a_col + row), part);
            sum = a.mul_add(factor, sum);
        }
        store::<V, 1, PART>([sum], p.c.add(row), part, relu);
    }
}

/// The last rows of a column, in ever shorter vectors.
#[inline(always)]
unsafe fn column_rest<V: Simd>(p: &Product, mut row: usize) {
    unsafe {
        while p.m - row >= V::LANES {
            column_tile::<V, 1, 4, false>(p, row, 0);
            row += V::LANES;
        }
        while V::LANES > 1 && row < p.m {
            column_tile::<V::Rest, 1, 4, false>(p, row, 0);
            row += 1;
        }
    }
}

/// `MV` vectors of one column; the depth is split `SPLIT` ways to have enough sums under way, if that is allowed.
#[inline(always)]
unsafe fn column_tile<V: Simd, const MV: usize, const SPLIT: usize, const PART: bool>(
    p: &Product,
    row: usize,
    part: usize,
) {
    let split = if V::FUSED { SPLIT } else { 1 };
    unsafe {
        let c = p.c.add(row);
        let mut sums = [[V::splat(0.0); MV]; SPLIT];
        match p.start {
            Start::Zero => {}
            Start::Bias(bias) => sums[0] = load::<V, MV, PART>(bias.add(row), part),
            Start::Sum => sums[0] = load::<V, MV, PART>(c, part),
        }
        let (mut a, mut b) = (p.a.add(row), p.b);
        let mut left = p.k;
        while left > 0 {
            // all of them, but for what is left at the end
            for sums in sums.iter_mut().take(split.min(left)) {
                let b_now = V::splat(*b);
                for (sum, a) in sums.iter_mut().zip(load::<V, MV, PART>(a, part)) {
                    *sum = a.mul_add(b_now, *sum);
                }
                a = a.wrapping_add(p.a_col);
                b = b.wrapping_add(p.b_row);
                left -= 1;
            }
        }
        let (mut sum, others) = (sums[0], &sums[1..split]);
        for other in others {
            for (sum, other) in sum.iter_mut().zip(other) {
                *sum = sum.add(*other);
            }
        }
        store::<V, MV, PART>(sum, c, part, p.relu);
    }
}
