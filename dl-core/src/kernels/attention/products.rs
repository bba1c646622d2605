//! Products of parts of matrices: what one head sees of a step lies between what the others see.

use super::super::checked::{part, part_mut};
use super::super::product::{Product, Start};
use super::super::simd::Portable;
use super::super::{Isa, dispatch, transposed};
use crate::Real;

/// Columns that begin `pitch` numbers apart.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a, T> {
    pub(crate) numbers: &'a [T],
    pub(crate) pitch: usize,
}

/// The same, for writing.
#[derive(Debug)]
pub struct ColumnsMut<'a, T> {
    pub(crate) numbers: &'a mut [T],
    pub(crate) pitch: usize,
}

/// Whether `len` numbers hold some columns.
fn fits(len: usize, pitch: usize, [rows, columns]: [usize; 2]) -> bool {
    rows == 0 || columns == 0 || (columns - 1) * pitch + rows <= len
}

impl<'a, T> Columns<'a, T> {
    /// The part from some row and column on.
    pub(super) fn at(self, row: usize, column: usize) -> Self {
        let numbers = part(self.numbers, column * self.pitch + row..self.numbers.len());
        Columns { numbers, pitch: self.pitch }
    }

    /// Whether there are so many columns, of so many rows, that do not overlap.
    #[inline(always)]
    pub(super) fn hold(&self, [rows, columns]: [usize; 2]) -> bool {
        rows > 0 && rows <= self.pitch && columns * self.pitch <= self.numbers.len() + (self.pitch - rows)
    }
}

impl<T> ColumnsMut<'_, T> {
    /// The part from some row and column on.
    pub(super) fn at(&mut self, row: usize, column: usize) -> ColumnsMut<'_, T> {
        let end = self.numbers.len();
        ColumnsMut { numbers: part_mut(self.numbers, column * self.pitch + row..end), pitch: self.pitch }
    }

    /// See [`Columns::hold`].
    #[inline(always)]
    pub(super) fn hold(&self, size: [usize; 2]) -> bool {
        Columns { numbers: &*self.numbers, pitch: self.pitch }.hold(size)
    }

    /// Sets the first `columns` columns of `rows` numbers to zero.
    pub(super) fn clear(&mut self, [rows, columns]: [usize; 2])
    where
        T: Real,
    {
        let columns = self.numbers.chunks_mut(self.pitch.max(1)).take(columns);
        columns.for_each(|column| part_mut(column, 0..rows).fill(T::zero()));
    }
}

/// Products of one scalar. Sizes are `[m, n, k]`: `C` is `m × n`. Where columns are too few they do nothing, and say so.
pub trait PartProducts: Sized {
    /// `C = A B`
    #[must_use]
    fn part_product(
        isa: Isa,
        size: [usize; 3],
        a: Columns<'_, Self>,
        b: Columns<'_, Self>,
        c: ColumnsMut<'_, Self>,
    ) -> bool;
    /// `C += A Bᵀ`, or `C = A Bᵀ` if it is `fresh`.
    #[must_use]
    fn part_product_nt(
        isa: Isa,
        size: [usize; 3],
        a: Columns<'_, Self>,
        b: Columns<'_, Self>,
        c: ColumnsMut<'_, Self>,
        fresh: bool,
    ) -> bool;
    /// `count` columns of `width` numbers become rows, without gaps between the columns that they make.
    #[must_use]
    fn turn(width: usize, count: usize, from: Columns<'_, Self>, to: &mut [Self]) -> bool;
}

impl PartProducts for f64 {
    fn part_product(
        _: Isa,
        [m, n, k]: [usize; 3],
        a: Columns<'_, f64>,
        b: Columns<'_, f64>,
        c: ColumnsMut<'_, f64>,
    ) -> bool {
        plain([m, n, k], a, |p, j| b.numbers[j * b.pitch + p], c, true);
        true
    }
    fn part_product_nt(
        _: Isa,
        [m, n, k]: [usize; 3],
        a: Columns<'_, f64>,
        b: Columns<'_, f64>,
        c: ColumnsMut<'_, f64>,
        fresh: bool,
    ) -> bool {
        plain([m, n, k], a, |p, j| b.numbers[p * b.pitch + j], c, fresh);
        true
    }
    fn turn(width: usize, count: usize, from: Columns<'_, f64>, to: &mut [f64]) -> bool {
        for j in 0..count {
            for p in 0..width {
                to[p * count + j] = from.numbers[j * from.pitch + p];
            }
        }
        true
    }
}

/// `C += A B`, or `C = A B`, sums in the order of their indices.
fn plain<T: Real>(
    [m, n, k]: [usize; 3],
    a: Columns<'_, T>,
    b: impl Fn(usize, usize) -> T,
    c: ColumnsMut<'_, T>,
    fresh: bool,
) {
    for j in 0..n {
        for i in 0..m {
            let start = if fresh { T::zero() } else { c.numbers[j * c.pitch + i] };
            c.numbers[j * c.pitch + i] =
                (0..k).fold(start, |sum, p| sum + a.numbers[p * a.pitch + i] * b(p, j));
        }
    }
}

impl PartProducts for f32 {
    fn part_product(
        isa: Isa,
        [m, n, k]: [usize; 3],
        a: Columns<'_, f32>,
        b: Columns<'_, f32>,
        c: ColumnsMut<'_, f32>,
    ) -> bool {
        fits(b.numbers.len(), b.pitch, [k, n])
            && product(isa, [m, n, k], a, (b.numbers, 1, b.pitch), c, Start::Zero)
    }
    fn part_product_nt(
        isa: Isa,
        [m, n, k]: [usize; 3],
        a: Columns<'_, f32>,
        b: Columns<'_, f32>,
        c: ColumnsMut<'_, f32>,
        fresh: bool,
    ) -> bool {
        let start = if fresh { Start::Zero } else { Start::Sum };
        fits(b.numbers.len(), b.pitch, [n, k])
            && product(isa, [m, n, k], a, (b.numbers, b.pitch, 1), c, start)
    }
    fn turn(width: usize, count: usize, from: Columns<'_, f32>, to: &mut [f32]) -> bool {
        if !fits(from.numbers.len(), from.pitch, [width, count]) || to.len() < width * count {
            return false;
        }
        // SAFETY: the slices hold all numbers, and `to` is borrowed uniquely; the target has the instructions of its
        // portable vector.
        unsafe {
            let (from, stride) = (from.numbers.as_ptr(), from.pitch);
            transposed::transpose::<Portable>(count, width, from, stride, to.as_mut_ptr(), count);
        }
        true
    }
}

/// The caller has checked that `B` is there.
fn product(
    isa: Isa,
    [m, n, k]: [usize; 3],
    a: Columns<'_, f32>,
    (b, b_row, b_col): (&[f32], usize, usize),
    c: ColumnsMut<'_, f32>,
    start: Start,
) -> bool {
    let overlap = c.pitch < m && n > 1;
    if overlap || !fits(a.numbers.len(), a.pitch, [m, k]) || !fits(c.numbers.len(), c.pitch, [m, n]) {
        return false;
    }
    let p = Product {
        m,
        n,
        k,
        a: a.numbers.as_ptr(),
        a_col: a.pitch,
        b: b.as_ptr(),
        b_row,
        b_col,
        c: c.numbers.as_mut_ptr(),
        c_col: c.pitch,
        start,
        relu: false,
    };
    // SAFETY: the slices hold all numbers of the matrices, and `c` is borrowed uniquely.
    unsafe { dispatch::gemm::<0, 0, 0>(isa, &p) }
    true
}
