//! The tiles of convolutions: sums that stay in registers.
//!
//! As in [`product`](super::super::product), all is `inline(always)` and generic over the vector.

use super::super::simd::Simd;

/// A vector of a tile: where it is read, where it is written, and how many of its last numbers are.
#[derive(Clone, Copy, Default)]
pub(super) struct Row {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) n: usize,
}

/// A number of the window: where it is in the lines and in the weight.
#[derive(Clone, Copy, Default)]
pub(super) struct Tap {
    pub(super) a: usize,
    pub(super) b: usize,
}

/// A column of a product: where its factors and its sums are.
#[derive(Clone, Copy, Default)]
pub(super) struct Column {
    pub(super) b: usize,
    pub(super) c: usize,
}

/// What the sums of a product start from.
#[derive(Clone, Copy)]
pub(super) enum Start {
    Zero,
    /// A number for each column.
    Bias(*const f32),
    /// What is there: the product is added to it.
    Sum,
}

/// Sums over channels and numbers of the window: `c[row, column] = Σ a[row, channel, tap] b[column, channel, tap]`.
///
/// The pointers must be good for all places that rows, columns, channels and taps name; of `a` and `c` a whole vector is
/// read there. The functions here ask no more of their caller, except that the processor has the instructions of `V`.
#[derive(Clone, Copy)]
pub(super) struct Sums<'a> {
    pub(super) a: *const f32,
    pub(super) a_channel: usize,
    pub(super) b: *const f32,
    pub(super) b_channel: usize,
    pub(super) channels: usize,
    pub(super) taps: &'a [Tap],
    pub(super) c: *mut f32,
    pub(super) start: Start,
    /// Whether a sum below zero becomes zero.
    pub(super) relu: bool,
}

/// All tiles of some rows and columns, `MV` by `NC` if there are so many.
#[inline(always)]
pub(super) unsafe fn tiles<V: Simd, const MV: usize, const NC: usize>(
    p: &Sums<'_>,
    rows: &[Row],
    columns: &[Column],
) {
    // SAFETY: the caller's.
    unsafe {
        let mut rest = rows;
        if columns.len() == 1 {
            rest = tiles_of::<V, 8, 1>(p, rest, columns);
        } else {
            rest = tiles_of::<V, MV, NC>(p, rest, columns);
        }
        if MV > 2 || columns.len() == 1 {
            rest = tiles_of::<V, 2, NC>(p, rest, columns);
        }
        tiles_of::<V, 1, 8>(p, rest, columns);
    }
}

/// The tiles of `MV` rows, and the rows that are left.
#[inline(always)]
unsafe fn tiles_of<'a, V: Simd, const MV: usize, const NC: usize>(
    p: &Sums<'_>,
    rows: &'a [Row],
    columns: &[Column],
) -> &'a [Row] {
    let (mut first, tiles) = (0, rows.chunks_exact(MV));
    let rest = tiles.remainder();
    if tiles.len() == 0 {
        return rest;
    }
    while first < columns.len() {
        let left = columns.len() - first;
        let width = left.div_ceil(left.div_ceil(NC)); // about equal: a narrow tile waits for its loads
        for rows in tiles.clone() {
            // SAFETY: the caller's word for the pointers and the instructions.
            unsafe {
                match width {
                    1 => tile::<V, MV, 1>(p, rows, columns, first),
                    2 if NC >= 2 => tile::<V, MV, 2>(p, rows, columns, first),
                    3 if NC >= 3 => tile::<V, MV, 3>(p, rows, columns, first),
                    4 if NC >= 4 => tile::<V, MV, 4>(p, rows, columns, first),
                    5 if NC >= 5 => tile::<V, MV, 5>(p, rows, columns, first),
                    6 if NC >= 6 => tile::<V, MV, 6>(p, rows, columns, first),
                    7 if NC >= 7 => tile::<V, MV, 7>(p, rows, columns, first),
                    _ if NC >= 8 => tile::<V, MV, 8>(p, rows, columns, first),
                    _ => unreachable!("no tile is wider than {NC}"),
                }
            }
        }
        first += width;
    }
    rest
}

/// `MV` vectors by `NR` columns of sums.
#[inline(always)]
unsafe fn tile<V: Simd, const MV: usize, const NR: usize>(
    p: &Sums<'_>,
    rows: &[Row],
    columns: &[Column],
    first: usize,
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let (mut from, mut at) = ([0; MV], [0; NR]);
        for (from, row) in from.iter_mut().zip(rows) {
            *from = row.from;
        }
        let columns = &columns[first..first + NR];
        for (at, column) in at.iter_mut().zip(columns) {
            *at = column.b;
        }
        let mut sums = [[V::splat(0.0); MV]; NR];
        match p.start {
            Start::Zero => {}
            Start::Bias(bias) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::splat(*bias.add(first + j) + 0.0); MV]; // not -0: what is added may be padding
                }
            }
            Start::Sum => {
                for (sums, column) in sums.iter_mut().zip(columns) {
                    for (sum, row) in sums.iter_mut().zip(rows) {
                        *sum = V::load(p.c.add(row.to + column.c));
                    }
                }
            }
        }
        let (mut a, mut b) = (p.a, p.b);
        if let [tap] = p.taps {
            (a, b) = (a.add(tap.a), b.add(tap.b));
            for _ in 0..p.channels {
                add::<V, MV, NR>(&mut sums, a, from, b, at);
                (a, b) = (a.wrapping_add(p.a_channel), b.wrapping_add(p.b_channel));
            }
        } else {
            for _ in 0..p.channels {
                for tap in p.taps {
                    add::<V, MV, NR>(&mut sums, a.add(tap.a), from, b.add(tap.b), at);
                }
                (a, b) = (a.wrapping_add(p.a_channel), b.wrapping_add(p.b_channel));
            }
        }
        for (sums, column) in sums.into_iter().zip(columns) {
            for (sum, row) in sums.into_iter().zip(rows) {
                let (sum, to) = (if p.relu { sum.relu() } else { sum }, p.c.add(row.to + column.c));
                if row.n == V::LANES {
                    sum.store(to);
                } else {
                    sum.store_last(to, row.n);
                }
            }
        }
    }
}

/// `sums += a b`
#[inline(always)]
unsafe fn add<V: Simd, const MV: usize, const NR: usize>(
    sums: &mut [[V; MV]; NR],
    a: *const f32,
    from: [usize; MV],
    b: *const f32,
    at: [usize; NR],
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut vectors = [V::splat(0.0); MV];
        for (v, from) in vectors.iter_mut().zip(from) {
            *v = V::load(a.add(from));
        }
        for (sums, at) in sums.iter_mut().zip(at) {
            let b = V::splat(*b.add(at));
            for (sum, a) in sums.iter_mut().zip(vectors) {
                *sum = a.mul_add(b, *sum);
            }
        }
    }
}

/// Sums over places: `c[i, column] += Σ a[i, place] b[column, place]`, where vectors run along the sum.
///
/// The pointers must be good, as for [`Sums`].
#[derive(Clone, Copy)]
pub(super) struct Dots {
    /// Read at `to` of a row.
    pub(super) a: *const f32,
    /// From one row of the result to the next.
    pub(super) a_row: usize,
    pub(super) rows: usize,
    /// Read at `from` of a row.
    pub(super) b: *const f32,
    pub(super) c: *mut f32,
}

/// All tiles of dot products.
#[inline(always)]
pub(super) unsafe fn dots<V: Simd, const NC: usize>(p: &Dots, places: &[Row], columns: &[Column]) {
    let (mut row, mut left) = (0, p.rows.div_ceil(4));
    while left > 0 {
        let height = (p.rows - row).div_ceil(left); // about equal
        // SAFETY: the caller's.
        unsafe {
            match height {
                1 => dots_of::<V, 1, NC>(p, row, places, columns),
                2 => dots_of::<V, 2, NC>(p, row, places, columns),
                3 => dots_of::<V, 3, NC>(p, row, places, columns),
                _ => dots_of::<V, 4, NC>(p, row, places, columns),
            }
        }
        row += height;
        left -= 1;
    }
}

#[inline(always)]
unsafe fn dots_of<V: Simd, const MR: usize, const NC: usize>(
    p: &Dots,
    row: usize,
    places: &[Row],
    mut columns: &[Column],
) {
    while !columns.is_empty() {
        let width = match columns.len() {
            5.. if NC >= 5 => 5,
            3.. => 3,
            _ => 1,
        };
        let (now, rest) = columns.split_at(width);
        // SAFETY: the caller's.
        unsafe {
            match width {
                5 if NC >= 5 => dot::<V, MR, 5>(p, row, places, now),
                3 => dot::<V, MR, 3>(p, row, places, now),
                _ => dot::<V, MR, 1>(p, row, places, now),
            }
        }
        columns = rest;
    }
}

/// `MR` rows by `NR` columns of dot products.
#[inline(always)]
unsafe fn dot<V: Simd, const MR: usize, const NR: usize>(
    p: &Dots,
    row: usize,
    places: &[Row],
    columns: &[Column],
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut at = [0; NR];
        for (at, column) in at.iter_mut().zip(columns) {
            *at = column.b;
        }
        let mut sums = [[V::splat(0.0); 4]; NR]; // the first MR of four are used
        let a = p.a.add(row * p.a_row);
        for place in places {
            let mut rows = [V::splat(0.0); MR];
            for (i, v) in rows.iter_mut().enumerate() {
                let a = a.add(i * p.a_row + place.to);
                *v = if place.n == V::LANES { V::load(a) } else { V::load_last(a, place.n) };
            }
            for (sums, at) in sums.iter_mut().zip(at) {
                let b = V::load(p.b.add(at + place.from));
                for (sum, a) in sums.iter_mut().zip(rows) {
                    *sum = a.mul_add(b, *sum);
                }
            }
        }
        for (sums, column) in sums.into_iter().zip(columns) {
            let sums = V::sums(sums);
            for (i, sum) in sums.into_iter().enumerate().take(MR) {
                *p.c.add(column.c + row + i) += sum;
            }
        }
    }
}

/// Adds up planes of `plane` numbers, four at a time, and adds each sum to its number of `c`.
#[inline(always)]
pub(super) unsafe fn plane_sums<V: Simd>(a: *const f32, plane: usize, planes: usize, c: *mut f32) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        for first in (0..planes).step_by(4) {
            let n = 4.min(planes - first);
            let whole = plane - plane % V::LANES;
            let mut sums = [V::splat(0.0); 4];
            for i in (0..whole).step_by(V::LANES) {
                for (j, sum) in sums.iter_mut().enumerate().take(n) {
                    *sum = sum.add(V::load(a.add((first + j) * plane + i)));
                }
            }
            for (j, mut sum) in V::sums(sums).into_iter().enumerate().take(n) {
                for i in whole..plane {
                    sum += *a.add((first + j) * plane + i);
                }
                *c.add(first + j) += sum;
            }
        }
    }
}
