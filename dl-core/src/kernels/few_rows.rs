//! The last rows of a product, where they are too few for a vector: their sums run along the other factor.

use super::product::{DEPTH, Product, Start};
use super::simd::{Simd, WIDEST};

/// Rows that are few.
const FEW: usize = 2;

/// Whether the rows that a tile of `rows` rows leaves are to be taken by [`last_rows`].
#[inline(always)]
pub(super) fn are_few<V: Simd>(p: &Product, rows: usize) -> bool {
    V::MASKED && (1..=FEW).contains(&(p.m % rows)) && p.n >= V::LANES && p.k >= V::LANES && p.k <= DEPTH
}

/// `C = A B` of the rows from `first` on, whose depth is at most [`DEPTH`].
///
/// # Safety
/// As [`Product`] says.
#[inline(always)]
pub(super) unsafe fn last_rows<V: Simd>(p: &Product, first: usize) {
    for row in first..p.m {
        // SAFETY: the caller's word; `row` is one of the rows, and no more than `p.n` columns are taken.
        unsafe {
            let mut a = [0.0; DEPTH];
            for (q, a) in a.iter_mut().enumerate().take(p.k) {
                *a = *p.a.add(q * p.a_col + row);
            }
            let mut column = 0;
            while column < p.n {
                column += match p.n - column {
                    left if p.b_row == 1 => dots::<V>(p, &a, row, column, left.min(V::LANES)),
                    64.. => along::<V, 4>(p, &a, row, column, V::LANES),
                    left => along::<V, 1>(p, &a, row, column, left.min(V::LANES)),
                };
            }
        }
    }
}

/// The sums of `columns` columns, at most a vector of them, which run down the columns. Returns how many these are.
#[inline(always)]
unsafe fn dots<V: Simd>(p: &Product, a: &[f32; DEPTH], row: usize, column: usize, columns: usize) -> usize {
    // SAFETY: the caller's.
    unsafe {
        let mut sums = [V::splat(0.0); WIDEST];
        let b = p.b.add(column * p.b_col);
        for q in (0..p.k).step_by(V::LANES) {
            let left = p.k - q;
            for (j, sum) in sums.iter_mut().enumerate() {
                let b = b.add(j.min(columns - 1) * p.b_col + q); // the last column again in place of those that are not there
                *sum = if left >= V::LANES {
                    V::load(a.as_ptr().add(q)).mul_add(V::load(b), *sum)
                } else {
                    V::load_part(a.as_ptr().add(q), left).mul_add(V::load_part(b, left), *sum)
                };
            }
        }
        let mut all = [0.0; WIDEST];
        V::store_sums(sums, all.as_mut_ptr());
        finish(p, row, column, &all[..columns]);
    }
    columns
}

/// The sums of `N` vectors of columns, the last one with `last` of them: vectors run along the rows of `B`.
#[inline(always)]
unsafe fn along<V: Simd, const N: usize>(
    p: &Product,
    a: &[f32; DEPTH],
    row: usize,
    column: usize,
    last: usize,
) -> usize {
    let columns = (N - 1) * V::LANES + last;
    // SAFETY: the caller's.
    unsafe {
        let mut sums = [V::splat(0.0); N];
        let mut b = p.b.add(column);
        for &a in a.iter().take(p.k) {
            for (i, sum) in sums.iter_mut().enumerate() {
                let from = b.add(i * V::LANES);
                let b = if last < V::LANES { V::load_part(from, last) } else { V::load(from) };
                *sum = V::splat(a).mul_add(b, *sum);
            }
            b = b.wrapping_add(p.b_row);
        }
        let mut all = [[0.0; WIDEST]; N];
        for (sum, to) in sums.into_iter().zip(&mut all) {
            sum.store(to.as_mut_ptr());
        }
        finish(p, row, column, &all.as_flattened()[..columns]);
    }
    columns
}

/// Adds what the sums start from, and stores them in a row.
#[inline(always)]
unsafe fn finish(p: &Product, row: usize, column: usize, sums: &[f32]) {
    for (j, &sum) in sums.iter().enumerate() {
        // SAFETY: the caller's.
        unsafe {
            let c = p.c.add((column + j) * p.c_col + row);
            let sum = match p.start {
                Start::Zero => sum,
                Start::Bias(bias) => sum + *bias.add(row),
                Start::Sum => sum + *c,
            };
            *c = if p.relu && sum < 0.0 { 0.0 } else { sum };
        }
    }
}
