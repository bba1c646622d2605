//! Products with windows of a sequence: columns that start `step` numbers after each other, and may overlap.
//!
//! Column `j` of the matrix `X` of windows, `k × n`, is `x[j step..][..k]`: nothing is copied. As everywhere, matrices are
//! column-major and sizes are `[m, n, k]`.

use super::checked::{part, part_mut};
use super::product::{Product, Start};
use super::{Isa, Products, checked, dispatch};
use crate::Blank;

/// The products with windows of one scalar, compiled in this crate. Where a slice has another size they do nothing, and say so.
pub trait Steps: Products + Blank + Copy + core::ops::AddAssign + core::ops::Mul<Output = Self> {
    /// `Y += W X`: `w` is `m × k`, `y` is `m × n`.
    #[must_use]
    fn windows_add(_: Isa, size: [usize; 3], step: usize, w: &[Self], x: &[Self], y: &mut [Self]) -> bool {
        let [m, n, k] = size;
        if !fit(size, step, w, y, x) {
            return false;
        }
        for j in 0..n {
            for p in 0..k {
                for i in 0..m {
                    y[i + j * m] += w[i + p * m] * x[j * step + p];
                }
            }
        }
        true
    }

    /// `dW += dY Xᵀ`: `dy` is `m × n`, `dw` is `m × k`.
    #[must_use]
    fn windows_nt_add(
        _: Isa,
        size: [usize; 3],
        step: usize,
        dy: &[Self],
        x: &[Self],
        dw: &mut [Self],
    ) -> bool {
        let [m, n, k] = size;
        if !fit(size, step, dw, dy, x) {
            return false;
        }
        for j in 0..n {
            for p in 0..k {
                for i in 0..m {
                    dw[i + p * m] += dy[i + j * m] * x[j * step + p];
                }
            }
        }
        true
    }

    /// `dX += Wᵀ dY`, where windows that overlap add up: `w` is `m × k`, `dy` is `m × n`.
    #[must_use]
    fn windows_tn_add(
        isa: Isa,
        size: [usize; 3],
        step: usize,
        w: &[Self],
        dy: &[Self],
        dx: &mut [Self],
    ) -> bool {
        let [m, n, k] = size;
        if !fit(size, step, w, dy, dx) {
            return false;
        }
        // a block of the product at a time, for the windows cannot be written where they overlap
        const ROWS: usize = 32;
        const COLUMNS: usize = 16;
        let mut block = [Self::ZERO; ROWS * COLUMNS];
        for row in (0..k).step_by(ROWS) {
            let rows = ROWS.min(k - row);
            for column in (0..n).step_by(COLUMNS) {
                let columns = COLUMNS.min(n - column);
                let block = part_mut(&mut block, 0..rows * columns);
                let (w, dy) =
                    (part(w, row * m..(row + rows) * m), part(dy, column * m..(column + columns) * m));
                checked::gemm_tn(isa, [m, columns, rows], w, dy, block);
                for (j, block) in block.chunks_exact(rows.max(1)).enumerate() {
                    let first = (column + j) * step + row;
                    let dx = part_mut(dx, first..first + rows);
                    dx.iter_mut().zip(block).for_each(|(dx, &d)| *dx += d);
                }
            }
        }
        true
    }
}

/// Whether the slices have their sizes: what is read and written without a check relies on it.
fn fit<T>([m, n, k]: [usize; 3], step: usize, w: &[T], y: &[T], x: &[T]) -> bool {
    let windows = match n.checked_sub(1) {
        Some(steps) => steps.checked_mul(step).and_then(|steps| steps.checked_add(k)),
        None => Some(0),
    };
    Some(w.len()) == m.checked_mul(k)
        && Some(y.len()) == m.checked_mul(n)
        && windows.is_some_and(|windows| x.len() >= windows)
}

impl Steps for f64 {}

impl Steps for f32 {
    fn windows_add(isa: Isa, size: [usize; 3], step: usize, w: &[f32], x: &[f32], y: &mut [f32]) -> bool {
        let [m, n, k] = size;
        if !fit(size, step, w, y, x) {
            return false;
        }
        let (a, b, c) = (w.as_ptr(), x.as_ptr(), y.as_mut_ptr());
        let start = Start::Sum;
        let p = Product { m, n, k, a, a_col: m, b, b_row: 1, b_col: step, c, c_col: m, start, relu: false };
        // SAFETY: the slices hold their matrices, `x` the last window too, and `y` is borrowed uniquely.
        unsafe { dispatch::gemm::<0, 0, 0>(isa, &p) }
        true
    }

    fn windows_nt_add(
        isa: Isa,
        size: [usize; 3],
        step: usize,
        dy: &[f32],
        x: &[f32],
        dw: &mut [f32],
    ) -> bool {
        let [m, n, k] = size;
        if !fit(size, step, dw, dy, x) {
            return false;
        }
        let (a, b, c) = (dy.as_ptr(), x.as_ptr(), dw.as_mut_ptr());
        let start = Start::Sum;
        let p =
            Product { m, n: k, k: n, a, a_col: m, b, b_row: step, b_col: 1, c, c_col: m, start, relu: false };
        // SAFETY: as above, and `dw` is borrowed uniquely.
        unsafe { dispatch::gemm::<0, 0, 0>(isa, &p) }
        true
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;
    use crate::Rng;

    /// Numbers of a few bits, so that sums are exact in any order.
    fn numbers<T: crate::Real>(n: usize, seed: u64) -> Vec<T> {
        let mut rng = Rng::new(seed);
        (0..n).map(|_| T::of((rng.uniform_in::<f64>(-8.0, 8.0)).round())).collect()
    }

    #[test]
    fn sizes_that_are_no_number_are_refused() {
        let (w, x) = ([0.0_f32; 1], [0.0; 1]);
        assert!(!f32::windows_add(Isa::best(), [1, 3, 1], usize::MAX / 2 + 1, &w, &x, &mut [0.0; 3]));
    }

    #[test]
    fn products_with_windows_are_those_of_the_plain_loops() {
        for isa in Isa::all() {
            for (m, n, k, step) in [
                (1, 1, 1, 1),
                (6, 9, 12, 4),
                (17, 5, 7, 2),
                (3, 40, 35, 1),
                (16, 33, 64, 80),
                (1, 20, 40, 8),
                (5, 0, 4, 4),
            ] {
                let x_len = if n == 0 { 0 } else { (n - 1) * step + k };
                let (w, dy) = (numbers(m * k, 1), numbers(m * n, 2));
                let x = numbers(x_len, 3);
                let (w64, dy64, x64) = (numbers(m * k, 1), numbers(m * n, 2), numbers(x_len, 3));
                let (mut y, mut y64) = (numbers::<f32>(m * n, 4), numbers::<f64>(m * n, 4));
                assert!(f32::windows_add(isa, [m, n, k], step, &w, &x, &mut y));
                assert!(f64::windows_add(isa, [m, n, k], step, &w64, &x64, &mut y64));
                assert!(
                    y.iter().zip(&y64).all(|(&a, &b)| f64::from(a) == b),
                    "y, {isa:?}, {m} {n} {k} {step}"
                );
                let (mut dw, mut dw64) = (numbers::<f32>(m * k, 5), numbers::<f64>(m * k, 5));
                assert!(f32::windows_nt_add(isa, [m, n, k], step, &dy, &x, &mut dw));
                assert!(f64::windows_nt_add(isa, [m, n, k], step, &dy64, &x64, &mut dw64));
                assert!(
                    dw.iter().zip(&dw64).all(|(&a, &b)| f64::from(a) == b),
                    "dw, {isa:?}, {m} {n} {k} {step}"
                );
                let (mut dx, mut expected) = (numbers::<f32>(x_len, 6), numbers::<f64>(x_len, 6));
                assert!(f32::windows_tn_add(isa, [m, n, k], step, &w, &dy, &mut dx));
                for j in 0..n {
                    for p in 0..k {
                        for i in 0..m {
                            expected[j * step + p] += w64[i + p * m] * dy64[i + j * m];
                        }
                    }
                }
                assert!(
                    dx.iter().zip(&expected).all(|(&a, &b)| f64::from(a) == b),
                    "dx, {isa:?}, {m} {n} {k} {step}"
                );
            }
        }
    }
}
