//! The products of `f32`: checks the sizes, then goes to the kernels.

use super::checked::{are_matrices, is_bias};
use super::product::{Product, Start};
use super::simd::{Portable, Simd, Single};
use super::transposed::{self, Transposed, are_few};
use super::{Isa, Products, dispatch, plain};

impl Products for f32 {
    // The sizes are checked where they are constants, in the caller: nothing is left of the checks there.
    #[inline(always)]
    fn gemm_bias(isa: Isa, size: [usize; 3], w: &[f32], x: &[f32], b: &[f32], y: &mut [f32], relu: bool) {
        let p = forward(size, w, x, b, y, relu);
        // SAFETY: the slices have the sizes of their matrices, and `y` is borrowed uniquely.
        unsafe { run_forward(isa, &p) }
        if size[0] == 1 && isa != Isa::PORTABLE {
            finish(b, y, relu);
        }
    }

    #[inline(always)]
    fn gemm_tn(isa: Isa, size: [usize; 3], w: &[f32], dy: &[f32], dx: &mut [f32]) {
        let t = to_input(size, w, dy, dx);
        // SAFETY: the slices have the sizes of their matrices, and `dx` is borrowed uniquely.
        unsafe { run_to_input(isa, &t) }
    }

    #[inline(always)]
    fn gemm_nt(isa: Isa, size: [usize; 3], dy: &[f32], x: &[f32], dw: &mut [f32], fresh: bool) {
        let p = to_weight(size, dy, x, dw, fresh);
        // SAFETY: the slices have the sizes of their matrices, and `dw` is borrowed uniquely.
        unsafe { run_to_weight(isa, &p) }
    }

    #[inline(always)]
    fn gemv_bias<const M: usize, const K: usize>(
        isa: Isa,
        w: &[f32],
        x: &[f32],
        b: &[f32],
        y: &mut [f32],
        relu: bool,
    ) {
        let p = forward([M, 1, K], w, x, b, y, relu);
        // SAFETY: the slices have the sizes of their matrices, and `y` is borrowed uniquely.
        unsafe {
            if M == 1 && isa != Isa::PORTABLE {
                dispatch::dots::<1, 1, K>(isa, &Transposed { m: 1, n: 1, k: K, a: p.b, b: p.a, c: p.c });
                finish(b, y, relu);
            } else {
                dispatch::gemv::<M, 1, K>(isa, &p);
            }
        }
    }

    #[inline(always)]
    fn gemv_t<const M: usize, const K: usize>(isa: Isa, w: &[f32], dy: &[f32], dx: &mut [f32]) {
        let t = to_input([M, 1, K], w, dy, dx);
        // SAFETY: the slices have the sizes of their matrices, and `dx` is borrowed uniquely.
        unsafe {
            if M == 1 {
                dispatch::gemv::<K, 1, 1>(isa, &t.of_one_row());
            } else if isa == Isa::PORTABLE {
                transposed::dots::<Single<false>>(&t);
            } else {
                dispatch::dots::<K, 1, M>(isa, &t);
            }
        }
    }

    #[inline(always)]
    fn ger<const M: usize, const K: usize>(isa: Isa, dy: &[f32], x: &[f32], dw: &mut [f32], fresh: bool) {
        let p = to_weight([M, 1, K], dy, x, dw, fresh);
        // SAFETY: the slices have the sizes of their matrices, and `dw` is borrowed uniquely.
        unsafe {
            if M == 1 {
                dispatch::gemv::<K, 1, 1>(isa, &p);
            } else {
                dispatch::outer::<M, K, 1>(isa, &p);
            }
        }
    }

    #[inline(always)]
    fn add_columns(isa: Isa, m: usize, dy: &[f32], db: &mut [f32]) {
        assert!(m > 0, "columns of no numbers");
        columns(isa, m, dy, db);
    }
}

/// `Y = W X + b`, or all but the bias where that is left to [`finish`].
///
/// # Safety
/// The pointers must be good, here and in the next two functions.
unsafe fn run_forward(isa: Isa, p: &Product) {
    // SAFETY: the caller's.
    unsafe {
        if p.m == 1 && isa != Isa::PORTABLE {
            // one row: Y = Xᵀ Wᵀ, where vectors run along the sums
            dispatch::dots::<0, 0, 0>(isa, &Transposed { m: p.n, n: 1, k: p.k, a: p.b, b: p.a, c: p.c });
        } else {
            dispatch::gemm::<0, 0, 0>(isa, p);
        }
    }
}

/// `dX = Wᵀ dY`
unsafe fn run_to_input(isa: Isa, t: &Transposed) {
    let in_order = isa == Isa::PORTABLE;
    // SAFETY: the caller's.
    unsafe {
        if t.k == 1 {
            dispatch::gemm::<0, 0, 0>(isa, &t.of_one_row());
        } else if in_order && (t.n < Portable::LANES || Portable::LANES == 1) {
            transposed::dots::<Single<false>>(t);
        } else if in_order || !are_few(isa, t.k, t.n) {
            dispatch::packed::<0, 0, 0>(isa, t);
        } else {
            dispatch::dots::<0, 0, 0>(isa, t);
        }
    }
}

/// `dW += dY Xᵀ`, or `dW = dY Xᵀ`.
unsafe fn run_to_weight(isa: Isa, p: &Product) {
    // SAFETY: the caller's.
    unsafe { dispatch::gemm::<0, 0, 0>(isa, p) }
}

/// `Y = W X + b`, or `max(W X + b, 0)`.
#[inline(always)]
fn forward(size: [usize; 3], w: &[f32], x: &[f32], b: &[f32], y: &mut [f32], relu: bool) -> Product {
    assert!(are_matrices(size, [w.len(), x.len(), y.len()]) && is_bias(size, b.len()));
    let [m, n, k] = size;
    let start = if b.is_empty() { Start::Zero } else { Start::Bias(b.as_ptr()) };
    let (a, b, c) = (w.as_ptr(), x.as_ptr(), y.as_mut_ptr());
    Product { m, n, k, a, a_col: m, b, b_row: 1, b_col: k, c, c_col: m, start, relu }
}

/// What is left of [`forward`] of one row, after its product.
#[inline(always)]
fn finish(b: &[f32], y: &mut [f32], relu: bool) {
    let b = b.first().copied().unwrap_or(0.0);
    for y in y {
        *y += b;
        *y = if relu && *y < 0.0 { 0.0 } else { *y };
    }
}

/// `dX = Wᵀ dY`
#[inline(always)]
fn to_input(size: [usize; 3], w: &[f32], dy: &[f32], dx: &mut [f32]) -> Transposed {
    assert!(are_matrices(size, [w.len(), dx.len(), dy.len()]));
    let [m, n, k] = size;
    Transposed { m: k, n, k: m, a: w.as_ptr(), b: dy.as_ptr(), c: dx.as_mut_ptr() }
}

impl Transposed {
    /// The same product where the factors are rows: no sums at all, and vectors run along them.
    #[inline(always)]
    fn of_one_row(&self) -> Product {
        let Transposed { m, n, a, b, c, .. } = *self;
        let start = Start::Zero;
        Product { m, n, k: 1, a, a_col: m, b, b_row: 1, b_col: 1, c, c_col: m, start, relu: false }
    }
}

/// `dW += dY Xᵀ`, or `dW = dY Xᵀ`.
#[inline(always)]
fn to_weight(size: [usize; 3], dy: &[f32], x: &[f32], dw: &mut [f32], fresh: bool) -> Product {
    assert!(are_matrices(size, [dw.len(), x.len(), dy.len()]));
    let [m, n, k] = size;
    let start = if fresh { Start::Zero } else { Start::Sum };
    let (dy, x, c, relu) = (dy.as_ptr(), x.as_ptr(), dw.as_mut_ptr(), false);
    if m == 1 {
        // one row: dWᵀ += X dYᵀ, whose column is long
        Product { m: k, n: 1, k: n, a: x, a_col: k, b: dy, b_row: 1, b_col: 1, c, c_col: k, start, relu }
    } else {
        Product { m, n: k, k: n, a: dy, a_col: m, b: x, b_row: k, b_col: 1, c, c_col: m, start, relu }
    }
}

super::isa::versions! {
    fn columns(m: usize, dy: &[f32], db: &mut [f32]) {
        // `m` is above zero, which is said again for the compiler
        plain::add_columns(m.max(1), dy, db);
    }
}
