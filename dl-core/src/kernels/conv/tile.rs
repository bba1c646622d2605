//! The tiles of convolutions: sums that stay in registers.
//!
//! As in [`product`](super::super::product), all is `inline(always)` and generic over the vector.

use core::marker::PhantomData;

use super::super::simd::Simd;
#[cfg(target_arch = "x86_64")]
use super::super::simd::Wide;

/// A vector of a tile, or half of one: where it is read, where it is written, and how many of its last numbers are.
#[derive(Clone, Copy, Default)]
pub(super) struct Row {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) n: usize,
}

/// How rows make vectors. The functions ask for what those of [`Simd`] do.
pub(super) trait Rows: Copy {
    type Vector: Simd;
    /// Rows of a vector.
    const EACH: usize;

    /// The vector that is at these places of the rows.
    unsafe fn load(from: *const f32, at: [usize; 2]) -> Self::Vector;
    /// The same, but zero for all but the last `n` numbers of each row.
    unsafe fn load_last(from: *const f32, at: [usize; 2], n: [usize; 2]) -> Self::Vector;
    unsafe fn store(v: Self::Vector, to: *mut f32, at: [usize; 2]);
    /// Stores the last `n` numbers of each row.
    unsafe fn store_last(v: Self::Vector, to: *mut f32, at: [usize; 2], n: [usize; 2]);

    /// One number of the rows of each of `MV` vectors.
    #[inline(always)]
    fn of<const MV: usize>(rows: &[Row], number: impl Fn(&Row) -> usize) -> [[usize; 2]; MV] {
        let mut numbers = [[0; 2]; MV];
        for (numbers, rows) in numbers.iter_mut().zip(rows.chunks_exact(Self::EACH)) {
            *numbers = [number(&rows[0]), number(&rows[Self::EACH - 1])];
        }
        numbers
    }
}

/// A row is a vector.
#[derive(Clone, Copy)]
pub(super) struct Each<V>(PhantomData<V>);

impl<V: Simd> Rows for Each<V> {
    type Vector = V;
    const EACH: usize = 1;

    #[inline(always)]
    unsafe fn load(from: *const f32, at: [usize; 2]) -> V {
        // SAFETY: the caller's, here and below.
        unsafe { V::load(from.add(at[0])) }
    }
    #[inline(always)]
    unsafe fn load_last(from: *const f32, at: [usize; 2], n: [usize; 2]) -> V {
        let from = from.wrapping_add(at[0]);
        unsafe { if n[0] == V::LANES { V::load(from) } else { V::load_last(from, n[0]) } }
    }
    #[inline(always)]
    unsafe fn store(v: V, to: *mut f32, at: [usize; 2]) {
        unsafe { v.store(to.add(at[0])) }
    }
    #[inline(always)]
    unsafe fn store_last(v: V, to: *mut f32, at: [usize; 2], n: [usize; 2]) {
        let to = to.wrapping_add(at[0]);
        unsafe { if n[0] == V::LANES { v.store(to) } else { v.store_last(to, n[0]) } }
    }
}

/// Two rows are the halves of a vector.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Two<V>(PhantomData<V>);

#[cfg(target_arch = "x86_64")]
impl<V: Wide> Rows for Two<V> {
    type Vector = V;
    const EACH: usize = 2;

    #[inline(always)]
    unsafe fn load(from: *const f32, at: [usize; 2]) -> V {
        // SAFETY: the caller's, here and below.
        unsafe { V::load_halves(at.map(|at| from.add(at))) }
    }
    #[inline(always)]
    unsafe fn load_last(from: *const f32, at: [usize; 2], n: [usize; 2]) -> V {
        let from = at.map(|at| from.wrapping_add(at));
        unsafe { if n == [V::LANES / 2; 2] { V::load_halves(from) } else { V::load_last_of_halves(from, n) } }
    }
    #[inline(always)]
    unsafe fn store(v: V, to: *mut f32, at: [usize; 2]) {
        unsafe { v.store_halves(at.map(|at| to.add(at))) }
    }
    #[inline(always)]
    unsafe fn store_last(v: V, to: *mut f32, at: [usize; 2], n: [usize; 2]) {
        unsafe { v.store_last_of_halves(at.map(|at| to.wrapping_add(at)), n) }
    }
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
pub(super) unsafe fn tiles<R: Rows, const MV: usize, const NC: usize>(
    p: &Sums<'_>,
    rows: &[Row],
    columns: &[Column],
) {
    // SAFETY: the caller's.
    unsafe {
        let mut rest = rows;
        if columns.len() == 1 {
            rest = tiles_of::<R, 8, 1>(p, rest, columns);
        } else if MV == 4 && columns.len() == 6 {
            rest = tiles_of::<R, 3, 6>(p, rest, columns); // 18 sums, where twice 3 columns have 12 at a time
        } else {
            rest = tiles_of::<R, MV, NC>(p, rest, columns);
        }
        if MV > 2 || columns.len() == 1 {
            rest = tiles_of::<R, 2, NC>(p, rest, columns);
        }
        tiles_of::<R, 1, 8>(p, rest, columns);
    }
}

/// The tiles of `MV` vectors, and the rows that are left.
#[inline(always)]
unsafe fn tiles_of<'a, R: Rows, const MV: usize, const NC: usize>(
    p: &Sums<'_>,
    rows: &'a [Row],
    columns: &[Column],
) -> &'a [Row] {
    let (mut first, tiles) = (0, rows.chunks_exact(MV * R::EACH));
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
                    1 => tile::<R, MV, 1>(p, rows, columns, first),
                    2 if NC >= 2 => tile::<R, MV, 2>(p, rows, columns, first),
                    3 if NC >= 3 => tile::<R, MV, 3>(p, rows, columns, first),
                    4 if NC >= 4 => tile::<R, MV, 4>(p, rows, columns, first),
                    5 if NC >= 5 => tile::<R, MV, 5>(p, rows, columns, first),
                    6 if NC >= 6 => tile::<R, MV, 6>(p, rows, columns, first),
                    7 if NC >= 7 => tile::<R, MV, 7>(p, rows, columns, first),
                    _ if NC >= 8 => tile::<R, MV, 8>(p, rows, columns, first),
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
unsafe fn tile<R: Rows, const MV: usize, const NR: usize>(
    p: &Sums<'_>,
    rows: &[Row],
    columns: &[Column],
    first: usize,
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let (from, to) = (R::of::<MV>(rows, |row| row.from), R::of::<MV>(rows, |row| row.to));
        let mut at = [0; NR];
        let columns = &columns[first..first + NR];
        for (at, column) in at.iter_mut().zip(columns) {
            *at = column.b;
        }
        let mut sums = [[R::Vector::splat(0.0); MV]; NR];
        match p.start {
            Start::Zero => {}
            Start::Bias(bias) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = [R::Vector::splat(*bias.add(first + j) + 0.0); MV]; // not -0: what is added may be padding
                }
            }
            Start::Sum => {
                for (sums, column) in sums.iter_mut().zip(columns) {
                    for (sum, to) in sums.iter_mut().zip(to) {
                        *sum = R::load(p.c.add(column.c), to);
                    }
                }
            }
        }
        let (mut a, mut b) = (p.a, p.b);
        if let [tap] = p.taps {
            (a, b) = (a.add(tap.a), b.add(tap.b));
            for _ in 0..p.channels {
                add::<R, MV, NR>(&mut sums, a, from, b, at);
                (a, b) = (a.wrapping_add(p.a_channel), b.wrapping_add(p.b_channel));
            }
        } else {
            for _ in 0..p.channels {
                for tap in p.taps {
                    add::<R, MV, NR>(&mut sums, a.add(tap.a), from, b.add(tap.b), at);
                }
                (a, b) = (a.wrapping_add(p.a_channel), b.wrapping_add(p.b_channel));
            }
        }
        if p.relu {
            for sums in &mut sums {
                for sum in sums {
                    *sum = sum.relu();
                }
            }
        }
        let whole = rows.iter().all(|row| row.n == R::Vector::LANES / R::EACH);
        let n = R::of::<MV>(rows, |row| row.n);
        for (sums, column) in sums.into_iter().zip(columns) {
            let c = p.c.add(column.c);
            for ((sum, to), n) in sums.into_iter().zip(to).zip(n) {
                if whole {
                    R::store(sum, c, to);
                } else {
                    R::store_last(sum, c, to, n);
                }
            }
        }
    }
}

/// `sums += a b`
#[inline(always)]
unsafe fn add<R: Rows, const MV: usize, const NR: usize>(
    sums: &mut [[R::Vector; MV]; NR],
    a: *const f32,
    from: [[usize; 2]; MV],
    b: *const f32,
    at: [usize; NR],
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut vectors = [R::Vector::splat(0.0); MV];
        for (v, from) in vectors.iter_mut().zip(from) {
            *v = R::load(a, from);
        }
        for (sums, at) in sums.iter_mut().zip(at) {
            let b = R::Vector::splat(*b.add(at));
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
    /// Where a vector for each number of `c` is added to in its place, if that is kept: [`add_kept`] adds them up.
    pub(super) kept: Option<*mut f32>,
}

/// All tiles of dot products, `MOST` by `NC` if there are so many.
#[inline(always)]
pub(super) unsafe fn dots<R: Rows, const MOST: usize, const NC: usize>(
    p: &Dots,
    places: &[Row],
    columns: &[Column],
) {
    let (mut row, mut left) = (0, p.rows.div_ceil(MOST));
    while left > 0 {
        let height = (p.rows - row).div_ceil(left); // about equal
        // SAFETY: the caller's.
        unsafe {
            match height {
                1 => dots_of::<R, 1, NC>(p, row, places, columns),
                2 => dots_of::<R, 2, NC>(p, row, places, columns),
                3 => dots_of::<R, 3, NC>(p, row, places, columns),
                4 if MOST >= 4 => dots_of::<R, 4, NC>(p, row, places, columns),
                5 if MOST >= 5 => dots_of::<R, 5, NC>(p, row, places, columns),
                _ => dots_of::<R, MOST, NC>(p, row, places, columns),
            }
        }
        row += height;
        left -= 1;
    }
}

#[inline(always)]
unsafe fn dots_of<R: Rows, const MR: usize, const NC: usize>(
    p: &Dots,
    row: usize,
    places: &[Row],
    mut columns: &[Column],
) {
    while !columns.is_empty() {
        let width = columns.len().div_ceil(columns.len().div_ceil(NC)); // about equal
        let (now, rest) = columns.split_at(width);
        // SAFETY: the caller's.
        unsafe {
            match width {
                1 => dot::<R, MR, 1>(p, row, places, now),
                2 => dot::<R, MR, 2>(p, row, places, now),
                3 if NC >= 3 => dot::<R, MR, 3>(p, row, places, now),
                _ => dot::<R, MR, NC>(p, row, places, now),
            }
        }
        columns = rest;
    }
}

/// `MR` rows by `NR` columns of dot products.
#[inline(always)]
unsafe fn dot<R: Rows, const MR: usize, const NR: usize>(
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
        let mut sums = [[R::Vector::splat(0.0); 8]; NR]; // the first MR are used
        let a = p.a.add(row * p.a_row);
        for place in places.chunks_exact(R::EACH) {
            let [[from], [to], [n]] =
                [R::of::<1>(place, |row| row.from), R::of(place, |row| row.to), R::of(place, |row| row.n)];
            let mut rows = [R::Vector::splat(0.0); MR];
            for (i, v) in rows.iter_mut().enumerate() {
                *v = R::load_last(a.add(i * p.a_row), to, n);
            }
            for (sums, at) in sums.iter_mut().zip(at) {
                let b = R::load(p.b.add(at), from);
                for (sum, a) in sums.iter_mut().zip(rows) {
                    *sum = a.mul_add(b, *sum);
                }
            }
        }
        for (sums, column) in sums.into_iter().zip(columns) {
            let at = column.c + row;
            if let Some(kept) = p.kept {
                let kept = kept.add(at * R::Vector::LANES);
                for (i, sum) in sums.into_iter().enumerate().take(MR) {
                    let kept = kept.add(i * R::Vector::LANES);
                    sum.add(R::Vector::load(kept)).store(kept);
                }
                continue;
            }
            let c = p.c.add(at);
            let (low, high) = ([sums[0], sums[1], sums[2], sums[3]], [sums[4], sums[5], sums[6], sums[7]]);
            for (i, sum) in R::Vector::sums(low).into_iter().enumerate().take(MR) {
                *c.add(i) += sum;
            }
            if MR > 4 {
                for (i, sum) in R::Vector::sums(high).into_iter().enumerate().take(MR - 4) {
                    *c.add(4 + i) += sum;
                }
            }
        }
    }
}

/// Adds to each of `n` numbers what its vector holds. There are vectors up to the next multiple of 16.
#[inline(always)]
pub(super) unsafe fn add_kept<V: Simd>(kept: *const f32, n: usize, c: *mut f32) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        for first in (0..n).step_by(16) {
            let (mut vectors, mut sums) = ([V::splat(0.0); 16], [0.0; 16]);
            for (i, v) in vectors.iter_mut().enumerate() {
                *v = V::load(kept.add((first + i) * V::LANES));
            }
            V::store_sums(vectors, sums.as_mut_ptr());
            for (i, sum) in sums.into_iter().enumerate().take(n - first) {
                *c.add(first + i) += sum;
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
