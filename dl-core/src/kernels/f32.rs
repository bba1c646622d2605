//! The arithmetic of `f32`: checks the sizes, then goes to the kernels.

use super::product::{Product, Start};
use super::simd::{Portable, Simd};
use super::transposed::{FEW, Transposed};
use super::{Isa, Products, dispatch, plain};

impl Products for f32 {
    fn gemm_bias(
        isa: Isa,
        [m, n, k]: [usize; 3],
        w: &[f32],
        x: &[f32],
        b: &[f32],
        y: &mut [f32],
        relu: bool,
    ) {
        assert!(w.len() == m * k && x.len() == n * k && y.len() == m * n && (b.is_empty() || b.len() == m));
        let start = if b.is_empty() { Start::Zero } else { Start::Bias(b.as_ptr()) };
        let (a, b, c) = (w.as_ptr(), x.as_ptr(), y.as_mut_ptr());
        // SAFETY: the slices have the sizes of their matrices, and `y` is borrowed uniquely.
        unsafe {
            dispatch::gemm(
                isa,
                &Product { m, n, k, a, a_col: m, b, b_row: 1, b_col: k, c, c_col: m, start, relu },
            )
        }
    }

    fn gemm_tn(isa: Isa, [m, n, k]: [usize; 3], w: &[f32], dy: &[f32], dx: &mut [f32]) {
        assert!(w.len() == m * k && dy.len() == m * n && dx.len() == n * k);
        let in_order = isa == Isa::PORTABLE;
        if in_order && (n < Portable::LANES || Portable::LANES == 1) {
            return plain::gemm_tn(m, w, dy, dx);
        }
        let t = Transposed { m: k, n, k: m, a: w.as_ptr(), b: dy.as_ptr(), c: dx.as_mut_ptr() };
        // SAFETY: the slices have the sizes of their matrices, and `dx` is borrowed uniquely.
        unsafe { if n < FEW && !in_order { dispatch::dots(isa, &t) } else { dispatch::packed(isa, &t) } }
    }

    fn gemm_nt_add(isa: Isa, [m, n, k]: [usize; 3], dy: &[f32], x: &[f32], dw: &mut [f32]) {
        assert!(dw.len() == m * k && dy.len() == m * n && x.len() == n * k);
        let (a, b, c) = (dy.as_ptr(), x.as_ptr(), dw.as_mut_ptr());
        // SAFETY: the slices have the sizes of their matrices, and `dw` is borrowed uniquely.
        unsafe {
            dispatch::gemm(
                isa,
                &Product {
                    m,
                    n: k,
                    k: n,
                    a,
                    a_col: m,
                    b,
                    b_row: k,
                    b_col: 1,
                    c,
                    c_col: m,
                    start: Start::Sum,
                    relu: false,
                },
            )
        }
    }

    fn add_columns(isa: Isa, m: usize, dy: &[f32], db: &mut [f32]) {
        columns(isa, m, dy, db);
    }
}

super::isa::versions! {
    fn columns(m: usize, dy: &[f32], db: &mut [f32]) {
        plain::add_columns(m, dy, db);
    }
}
