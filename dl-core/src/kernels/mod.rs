//! The arithmetic on slices: sizes are run-time arguments, matrices are column-major.
//!
//! Generic code calls the functions here, which go through the scalar to code that is compiled once, in this crate: a
//! network compiles fast, and its arithmetic is optimized even where the rest of a debug build is not. Every scalar takes
//! the plain loops of [`plain`], which are also the oracle for faster ones.

use crate::Real;

pub mod plain;

/// `Y = W X + b`: `w` is `m × k`, `x` is `k × n`, `y` is `m × n`; `b` has `m` numbers, or none for no bias.
#[inline]
pub fn gemm_bias<T: Real>(m: usize, w: &[T], x: &[T], b: &[T], y: &mut [T]) {
    T::gemm_bias(m, w, x, b, y);
}

/// `dX = Wᵀ dY`: `w` is `m × k`, `dy` is `m × n`, `dx` is `k × n`.
#[inline]
pub fn gemm_tn<T: Real>(m: usize, w: &[T], dy: &[T], dx: &mut [T]) {
    T::gemm_tn(m, w, dy, dx);
}

/// `dW += dY Xᵀ`: `dy` is `m × n`, `x` is `k × n`, `dw` is `m × k`.
#[inline]
pub fn gemm_nt_add<T: Real>(m: usize, dy: &[T], x: &[T], dw: &mut [T]) {
    T::gemm_nt_add(m, dy, x, dw);
}

/// `db += Σ dY` over columns; `db` may be empty.
#[inline]
pub fn add_columns<T: Real>(m: usize, dy: &[T], db: &mut [T]) {
    T::add_columns(m, dy, db);
}

/// `a += b`: gradients of a value that is used twice.
#[inline]
pub fn add_to<T: Real>(a: &mut [T], b: &[T]) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a += b;
    }
}

/// The products of one scalar, compiled in this crate.
pub trait Products: Sized {
    /// See [`gemm_bias`].
    fn gemm_bias(m: usize, w: &[Self], x: &[Self], b: &[Self], y: &mut [Self]);
    /// See [`gemm_tn`].
    fn gemm_tn(m: usize, w: &[Self], dy: &[Self], dx: &mut [Self]);
    /// See [`gemm_nt_add`].
    fn gemm_nt_add(m: usize, dy: &[Self], x: &[Self], dw: &mut [Self]);
    /// See [`add_columns`].
    fn add_columns(m: usize, dy: &[Self], db: &mut [Self]);
}

macro_rules! products {
    ($($t:ty),*) => { $(
        impl Products for $t {
            fn gemm_bias(m: usize, w: &[Self], x: &[Self], b: &[Self], y: &mut [Self]) {
                plain::gemm_bias(m, w, x, b, y);
            }
            fn gemm_tn(m: usize, w: &[Self], dy: &[Self], dx: &mut [Self]) {
                plain::gemm_tn(m, w, dy, dx);
            }
            fn gemm_nt_add(m: usize, dy: &[Self], x: &[Self], dw: &mut [Self]) {
                plain::gemm_nt_add(m, dy, x, dw);
            }
            fn add_columns(m: usize, dy: &[Self], db: &mut [Self]) {
                plain::add_columns(m, dy, db);
            }
        }
    )* };
}
products!(f32, f64);
