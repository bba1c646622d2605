//! The arithmetic on slices: sizes are run-time arguments, matrices are column-major.
//!
//! Generic code calls the functions here, which go through the scalar to code that is compiled once, in this crate: a
//! network compiles fast, and its arithmetic is optimized even where the rest of a debug build is not. Every scalar takes
//! the plain loops of [`plain`], which are also the oracle for faster ones.

use crate::Real;

pub mod plain;

/// `Y = W X + b`: `w` is `m × k`, `x` is `k × n`, `y` is `m × n`; `b` has `m` numbers, or none for no bias.
///
/// ```
/// use dl_core::kernels::gemm_bias;
///
/// let (w, x, mut y) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0], [0.0; 2]); // W = [[1, 3], [2, 4]]
/// gemm_bias(2, &w, &x, &[0.5, 0.25], &mut y);
/// assert_eq!(y, [31.5, 42.25]);
/// ```
#[inline]
pub fn gemm_bias<T: Real>(m: usize, w: &[T], x: &[T], b: &[T], y: &mut [T]) {
    T::gemm_bias(m, w, x, b, y);
}

/// `dX = Wᵀ dY`: `w` is `m × k`, `dy` is `m × n`, `dx` is `k × n`.
///
/// ```
/// use dl_core::kernels::gemm_tn;
///
/// let (w, dy, mut dx) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0], [0.0; 2]); // Wᵀ = [[1, 2], [3, 4]]
/// gemm_tn(2, &w, &dy, &mut dx);
/// assert_eq!(dx, [21.0, 43.0]);
/// ```
#[inline]
pub fn gemm_tn<T: Real>(m: usize, w: &[T], dy: &[T], dx: &mut [T]) {
    T::gemm_tn(m, w, dy, dx);
}

/// `dW += dY Xᵀ`: `dy` is `m × n`, `x` is `k × n`, `dw` is `m × k`.
///
/// ```
/// use dl_core::kernels::gemm_nt_add;
///
/// let mut dw = [100.0; 4];
/// gemm_nt_add(2, &[1.0, 10.0], &[2.0, 3.0], &mut dw); // column by column
/// assert_eq!(dw, [102.0, 120.0, 103.0, 130.0]);
/// ```
#[inline]
pub fn gemm_nt_add<T: Real>(m: usize, dy: &[T], x: &[T], dw: &mut [T]) {
    T::gemm_nt_add(m, dy, x, dw);
}

/// `db += Σ dY` over columns; `db` may be empty.
///
/// ```
/// use dl_core::kernels::add_columns;
///
/// let mut db = [100.0, 0.0];
/// add_columns(2, &[1.0, 2.0, 3.0, 4.0], &mut db);
/// assert_eq!(db, [104.0, 6.0]);
/// ```
#[inline]
pub fn add_columns<T: Real>(m: usize, dy: &[T], db: &mut [T]) {
    T::add_columns(m, dy, db);
}

/// `a += b`: gradients of a value that is used twice.
///
/// ```
/// use dl_core::kernels::add_to;
///
/// let mut a = [1.0, 2.0];
/// add_to(&mut a, &[10.0, 20.0]);
/// assert_eq!(a, [11.0, 22.0]);
/// ```
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
