//! Products of parts of matrices: what one head sees of a step lies between what the others see.

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
        Columns { numbers: &self.numbers[column * self.pitch + row..], pitch: self.pitch }
    }
}

impl<T> ColumnsMut<'_, T> {
    /// The part from some row and column on.
    pub(super) fn at(&mut self, row: usize, column: usize) -> ColumnsMut<'_, T> {
        ColumnsMut { numbers: &mut self.numbers[column * self.pitch + row..], pitch: self.pitch }
    }

    /// Sets the first `columns` columns of `rows` numbers to zero.
    pub(super) fn clear(&mut self, [rows, columns]: [usize; 2])
    where
        T: Real,
    {
        self.numbers.chunks_mut(self.pitch).take(columns).for_each(|column| column[..rows].fill(T::zero()));
    }
}

/// Products of one scalar. Sizes are `[m, n, k]`: `C` is `m × n`.
pub trait PartProducts: Sized {
    /// `C = A B`
    fn part_product(
        isa: Isa,
        size: [usize; 3],
        a: Columns<'_, Self>,
        b: Columns<'_, Self>,
        c: ColumnsMut<'_, Self>,
    );
    /// `C += A Bᵀ`, or `C = A Bᵀ` if it is `fresh`.
    fn part_product_nt(
        isa: Isa,
        size: [usize; 3],
        a: Columns<'_, Self>,
        b: Columns<'_, Self>,
        c: ColumnsMut<'_, Self>,
        fresh: bool,
    );
    /// `count` columns of `width` numbers become rows, without gaps between the columns that they make.
    fn turn(width: usize, count: usize, from: Columns<'_, Self>, to: &mut [Self]);
}

impl PartProducts for f64 {
    fn part_product(
        _: Isa,
        [m, n, k]: [usize; 3],
        a: Columns<'_, f64>,
        b: Columns<'_, f64>,
        c: ColumnsMut<'_, f64>,
    ) {
        plain([m, n, k], a, |p, j| b.numbers[j * b.pitch + p], c, true);
    }
    fn part_product_nt(
        _: Isa,
        [m, n, k]: [usize; 3],
        a: Columns<'_, f64>,
        b: Columns<'_, f64>,
        c: ColumnsMut<'_, f64>,
        fresh: bool,
    ) {
        plain([m, n, k], a, |p, j| b.numbers[p * b.pitch + j], c, fresh);
    }
    fn turn(width: usize, count: usize, from: Columns<'_, f64>, to: &mut [f64]) {
        for j in 0..count {
            for p in 0..width {
                to[p * count + j] = from.numbers[j * from.pitch + p];
            }
        }
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
    ) {
        assert!(fits(b.numbers.len(), b.pitch, [k, n]));
        product(isa, [m, n, k], a, (b.numbers, 1, b.pitch), c, Start::Zero);
    }
    fn part_product_nt(
        isa: Isa,
        [m, n, k]: [usize; 3],
        a: Columns<'_, f32>,
        b: Columns<'_, f32>,
        c: ColumnsMut<'_, f32>,
        fresh: bool,
    ) {
        assert!(fits(b.numbers.len(), b.pitch, [n, k]));
        let start = if fresh { Start::Zero } else { Start::Sum };
        product(isa, [m, n, k], a, (b.numbers, b.pitch, 1), c, start);
    }
    fn turn(width: usize, count: usize, from: Columns<'_, f32>, to: &mut [f32]) {
        assert!(fits(from.numbers.len(), from.pitch, [width, count]) && to.len() >= width * count);
        // SAFETY: the slices hold all numbers, and `to` is borrowed uniquely; the target has the instructions of its
        // portable vector.
        unsafe {
            let (from, stride) = (from.numbers.as_ptr(), from.pitch);
            transposed::transpose::<Portable>(count, width, from, stride, to.as_mut_ptr(), count);
        }
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
) {
    assert!(fits(a.numbers.len(), a.pitch, [m, k]) && fits(c.numbers.len(), c.pitch, [m, n]));
    assert!(c.pitch >= m || n < 2, "columns of the product overlap");
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
}
