//! The products of `f32`: checks the sizes, then goes to the kernels.

use super::product::{Product, Start};
use super::simd::{Portable, Simd};
use super::transposed::{FEW, Transposed};
use super::{Isa, Products, dispatch, plain};

impl Products for f32 {
    fn gemm_bias(isa: Isa, size: [usize; 3], w: &[f32], x: &[f32], b: &[f32], y: &mut [f32], relu: bool) {
        forward::<0, 0>(isa, size, w, x, b, y, relu);
    }
    fn gemm_tn(isa: Isa, size: [usize; 3], w: &[f32], dy: &[f32], dx: &mut [f32]) {
        to_input::<0, 0>(isa, size, w, dy, dx);
    }
    fn gemm_nt_add(isa: Isa, size: [usize; 3], dy: &[f32], x: &[f32], dw: &mut [f32]) {
        to_weight::<0, 0>(isa, size, dy, x, dw);
    }

    #[inline(always)]
    fn small_gemm_bias<const M: usize, const K: usize>(
        isa: Isa,
        n: usize,
        w: &[f32],
        x: &[f32],
        b: &[f32],
        y: &mut [f32],
        relu: bool,
    ) {
        forward::<M, K>(isa, [M, n, K], w, x, b, y, relu);
    }
    #[inline(always)]
    fn small_gemm_tn<const M: usize, const K: usize>(
        isa: Isa,
        n: usize,
        w: &[f32],
        dy: &[f32],
        dx: &mut [f32],
    ) {
        to_input::<M, K>(isa, [M, n, K], w, dy, dx);
    }
    #[inline(always)]
    fn small_gemm_nt_add<const M: usize, const K: usize>(
        isa: Isa,
        n: usize,
        dy: &[f32],
        x: &[f32],
        dw: &mut [f32],
    ) {
        to_weight::<M, K>(isa, [M, n, K], dy, x, dw);
    }

    fn add_columns(isa: Isa, m: usize, dy: &[f32], db: &mut [f32]) {
        columns(isa, m, dy, db);
    }
}

/// `Y = W X + b`, or `max(W X + b, 0)`.
#[inline(always)]
fn forward<const M: usize, const K: usize>(
    isa: Isa,
    [m, n, k]: [usize; 3],
    w: &[f32],
    x: &[f32],
    b: &[f32],
    y: &mut [f32],
    relu: bool,
) {
    assert!(w.len() == m * k && x.len() == n * k && y.len() == m * n && (b.is_empty() || b.len() == m));
    let (a, c) = (w.as_ptr(), y.as_mut_ptr());
    if m == 1 && isa != Isa::PORTABLE {
        // one row: Y = Xᵀ Wᵀ, where vectors run along the sums
        // SAFETY: the slices have the sizes of their matrices, and `y` is borrowed uniquely.
        unsafe { dispatch::dots::<0, 1, K>(isa, &Transposed { m: n, n: 1, k, a: x.as_ptr(), b: a, c }) }
        let b = b.first().copied().unwrap_or(0.0);
        for y in y {
            *y += b;
            *y = if relu && *y < 0.0 { 0.0 } else { *y };
        }
        return;
    }
    let start = if b.is_empty() { Start::Zero } else { Start::Bias(b.as_ptr()) };
    let p = Product { m, n, k, a, a_col: m, b: x.as_ptr(), b_row: 1, b_col: k, c, c_col: m, start, relu };
    // SAFETY: as above.
    unsafe { dispatch::gemm::<M, 0, K>(isa, &p) }
}

/// `dX = Wᵀ dY`
#[inline(always)]
fn to_input<const M: usize, const K: usize>(
    isa: Isa,
    [m, n, k]: [usize; 3],
    w: &[f32],
    dy: &[f32],
    dx: &mut [f32],
) {
    assert!(w.len() == m * k && dy.len() == m * n && dx.len() == n * k);
    let (a, b, c) = (w.as_ptr(), dy.as_ptr(), dx.as_mut_ptr());
    let in_order = isa == Isa::PORTABLE;
    // SAFETY: the slices have the sizes of their matrices, and `dx` is borrowed uniquely.
    unsafe {
        if m == 1 {
            // one row: no sums at all
            let start = Start::Zero;
            let p = Product {
                m: k,
                n,
                k: 1,
                a,
                a_col: k,
                b,
                b_row: 1,
                b_col: 1,
                c,
                c_col: k,
                start,
                relu: false,
            };
            dispatch::gemm::<K, 0, 1>(isa, &p);
        } else if in_order && (n < Portable::LANES || Portable::LANES == 1) {
            plain::gemm_tn(m, w, dy, dx);
        } else if in_order || n >= FEW {
            dispatch::packed::<K, 0, M>(isa, &Transposed { m: k, n, k: m, a, b, c });
        } else {
            dispatch::dots::<K, 0, M>(isa, &Transposed { m: k, n, k: m, a, b, c });
        }
    }
}

/// `dW += dY Xᵀ`
#[inline(always)]
fn to_weight<const M: usize, const K: usize>(
    isa: Isa,
    [m, n, k]: [usize; 3],
    dy: &[f32],
    x: &[f32],
    dw: &mut [f32],
) {
    assert!(dw.len() == m * k && dy.len() == m * n && x.len() == n * k);
    let (dy, x, c, start, relu) = (dy.as_ptr(), x.as_ptr(), dw.as_mut_ptr(), Start::Sum, false);
    // SAFETY: the slices have the sizes of their matrices, and `dw` is borrowed uniquely.
    unsafe {
        if m == 1 {
            // one row: dWᵀ += X dYᵀ, whose columns are long
            let p = Product {
                m: k,
                n: 1,
                k: n,
                a: x,
                a_col: k,
                b: dy,
                b_row: 1,
                b_col: 1,
                c,
                c_col: k,
                start,
                relu,
            };
            dispatch::gemm::<K, 1, 0>(isa, &p);
        } else {
            let p = Product {
                m,
                n: k,
                k: n,
                a: dy,
                a_col: m,
                b: x,
                b_row: k,
                b_col: 1,
                c,
                c_col: m,
                start,
                relu,
            };
            dispatch::gemm::<M, K, 0>(isa, &p);
        }
    }
}

super::isa::versions! {
    fn columns(m: usize, dy: &[f32], db: &mut [f32]) {
        plain::add_columns(m, dy, db);
    }
}
