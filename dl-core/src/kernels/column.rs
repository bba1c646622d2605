//! Products with one column, which read each number of the matrix once: bound by the cache that it comes from.

use super::product::{Product, Start, load, store};
use super::simd::Simd;

/// `C = A B`, where `B` and `C` are columns.
#[inline(always)]
pub(super) unsafe fn gemv<V: Simd>(p: &Product) {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if V::LANES == 1 {
        // SAFETY: the caller's, here and below.
        return unsafe { super::vfp::gemv(p) };
    }
    let mut row = 0;
    // SAFETY: the caller's word for the pointers and the instructions.
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
        } else if V::MASKED && p.m - row == V::Half::LANES {
            // a part of a vector would reach memory too late for one who reads it at once
            column_tile::<V::Half, 1, 4, false>(p, row, 0);
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
    // SAFETY: the caller's word for the pointers and the instructions.
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
    // SAFETY: the caller's word for the pointers and the instructions.
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
    // SAFETY: the caller's word for the pointers and the instructions.
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
    // SAFETY: the caller's word for the pointers and the instructions.
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
    // SAFETY: the caller's word for the pointers and the instructions.
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
    // SAFETY: the caller's word for the pointers and the instructions.
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

/// `MV` vectors of one column; the depth is split `SPLIT` ways, a power of two, to have enough sums under way, if that is allowed.
#[inline(always)]
unsafe fn column_tile<V: Simd, const MV: usize, const SPLIT: usize, const PART: bool>(
    p: &Product,
    row: usize,
    part: usize,
) {
    let split = if V::FUSED { SPLIT } else { 1 };
    // SAFETY: the caller's word for the pointers and the instructions.
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
        // by halves: a recurrence waits for this
        let mut half = split / 2;
        while half > 0 {
            let (first, second) = sums.split_at_mut(half);
            for (sums, others) in first.iter_mut().zip(second) {
                for (sum, other) in sums.iter_mut().zip(others) {
                    *sum = sum.add(*other);
                }
            }
            half /= 2;
        }
        store::<V, MV, PART>(sums[0], c, part, p.relu);
    }
}
