//! The arithmetic on slices: sizes are run-time arguments, matrices are column-major.
//!
//! Generic code calls the functions here, which go through the scalar to code that is compiled once, in this crate: a
//! network compiles fast, and its arithmetic is optimized even where the rest of a debug build is not. `f32` has vector
//! code for each instruction set; every other scalar takes the plain loops of [`plain`], which are also the oracle of
//! the vector code. The first argument says which instructions may be used: an [`Isa`], or the [`Pass`](crate::Pass) that a
//! layer was called with.
#![allow(unsafe_code)]

use crate::Real;

#[doc(hidden)]
pub mod attention;
#[doc(hidden)]
pub mod bilinear;
#[doc(hidden)]
pub mod border;
#[doc(hidden)]
pub mod channels;
pub(crate) mod checked;
mod column;
pub mod conv;
mod dispatch;
#[doc(hidden)]
pub mod elementwise;
mod f32;
mod few_rows;
pub mod int8;
mod isa;
mod lanes;
#[doc(hidden)]
pub mod map;
#[doc(hidden)]
pub mod permute;
pub mod plain;
#[cfg(feature = "std")]
pub(crate) mod pool;
#[doc(hidden)]
pub mod pooling;
mod product;
#[doc(hidden)]
pub mod recurrence;
#[doc(hidden)]
pub mod rows;
mod simd;
#[doc(hidden)]
pub mod softmax;
#[doc(hidden)]
pub mod steps;
#[cfg(test)]
mod tests;
mod transposed;
#[doc(hidden)]
pub mod update;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod vfp;

pub use elementwise::{
    Part, add, add_then, dots_add_to, mul, mul_add_to, negate, scale, scale_add_to, sub, sub_from,
};
pub use isa::Isa;
pub(crate) use isa::{Entered, enter};

/// `Y = W X + b`: `w` is `m × k`, `x` is `k × n`, `y` is `m × n`; `b` has `m` numbers, or none for no bias.
///
/// ```
/// use dl_core::kernels::{Isa, gemm_bias};
///
/// let (w, x, mut y) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0], [0.0; 2]); // W = [[1, 3], [2, 4]]
/// gemm_bias(Isa::best(), 2, &w, &x, &[0.5, 0.25], &mut y);
/// assert_eq!(y, [31.5, 42.25]);
/// ```
#[inline]
pub fn gemm_bias<T: Real>(isa: impl Into<Isa>, m: usize, w: &[T], x: &[T], b: &[T], y: &mut [T]) {
    T::gemm_bias(isa.into(), sizes(m, w, x), w, x, b, y, false);
}

/// `dX = Wᵀ dY`: `w` is `m × k`, `dy` is `m × n`, `dx` is `k × n`.
///
/// ```
/// use dl_core::kernels::{Isa, gemm_tn};
///
/// let (w, dy, mut dx) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0], [0.0; 2]); // Wᵀ = [[1, 2], [3, 4]]
/// gemm_tn(Isa::best(), 2, &w, &dy, &mut dx);
/// assert_eq!(dx, [21.0, 43.0]);
/// ```
#[inline]
pub fn gemm_tn<T: Real>(isa: impl Into<Isa>, m: usize, w: &[T], dy: &[T], dx: &mut [T]) {
    T::gemm_tn(isa.into(), sizes(m, w, dx), w, dy, dx);
}

/// `dW += dY Xᵀ`: `dy` is `m × n`, `x` is `k × n`, `dw` is `m × k`.
///
/// ```
/// use dl_core::kernels::{Isa, gemm_nt_add};
///
/// let mut dw = [100.0; 4];
/// gemm_nt_add(Isa::best(), 2, &[1.0, 10.0], &[2.0, 3.0], &mut dw); // column by column
/// assert_eq!(dw, [102.0, 120.0, 103.0, 130.0]);
/// ```
#[inline]
pub fn gemm_nt_add<T: Real>(isa: impl Into<Isa>, m: usize, dy: &[T], x: &[T], dw: &mut [T]) {
    T::gemm_nt(isa.into(), sizes(m, dw, x), dy, x, dw, false);
}

/// `[m, n, k]` of a matrix `m × k` and one of `k × n`.
#[inline(always)]
fn sizes<T>(m: usize, w: &[T], x: &[T]) -> [usize; 3] {
    let k = w.len() / m;
    [m, x.len() / k, k]
}

/// `db += Σ dY` over columns; `db` may be empty.
///
/// ```
/// use dl_core::kernels::{Isa, add_columns};
///
/// let mut db = [100.0, 0.0];
/// add_columns(Isa::best(), 2, &[1.0, 2.0, 3.0, 4.0], &mut db);
/// assert_eq!(db, [104.0, 6.0]);
/// ```
#[inline]
pub fn add_columns<T: Real>(isa: impl Into<Isa>, m: usize, dy: &[T], db: &mut [T]) {
    T::add_columns(isa.into(), m, dy, db);
}

/// Writes `scale · softmax(z)` to `p`, where that is wanted, and returns `m` and `l` with `ln softmax(z)ⱼ = zⱼ − m − l`.
///
/// `m` is the largest score, so no exponential overflows; `l` is the logarithm of the sum of `exp(zⱼ − m)`.
///
/// ```
/// use dl_core::kernels::{Isa, softmax};
///
/// let mut p = [0.0; 2];
/// let (m, l) = softmax(Isa::best(), &[1000.0, 1000.0], Some(&mut p), 1.0);
/// assert_eq!((p, m, l), ([0.5, 0.5], 1000.0, 2.0_f64.ln()));
/// ```
#[inline]
pub fn softmax<T: Real>(isa: impl Into<Isa>, z: &[T], p: Option<&mut [T]>, scale: T) -> (T, T) {
    T::softmax(isa.into(), z, p, scale)
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

/// Calls `f` with all numbers of some slices, in parts on several threads if that saves time.
#[inline]
pub(crate) fn share<T: Real, const M: usize>(
    threads: usize,
    slices: [&mut [T]; M],
    f: impl Fn([&mut [T]; M]) + Sync,
) {
    #[cfg(feature = "std")]
    if threads > 1 {
        return pool::share(threads, slices, f);
    }
    let _ = threads;
    f(slices);
}

/// The products of one scalar, compiled in this crate. Sizes are `[m, n, k]` of the functions of this module.
pub trait Products: Sized {
    /// See [`gemm_bias`]; with `relu`, sums below zero become zero.
    fn gemm_bias(isa: Isa, size: [usize; 3], w: &[Self], x: &[Self], b: &[Self], y: &mut [Self], relu: bool);
    /// See [`gemm_tn`].
    fn gemm_tn(isa: Isa, size: [usize; 3], w: &[Self], dy: &[Self], dx: &mut [Self]);
    /// See [`gemm_nt_add`]; where `dw` is `fresh`, it is overwritten.
    fn gemm_nt(isa: Isa, size: [usize; 3], dy: &[Self], x: &[Self], dw: &mut [Self], fresh: bool);
    /// See [`add_columns`].
    fn add_columns(isa: Isa, m: usize, dy: &[Self], db: &mut [Self]);

    /// [`gemm_bias`](Self::gemm_bias) of one column, compiled for its size.
    #[inline(always)]
    fn gemv_bias<const M: usize, const K: usize>(
        isa: Isa,
        w: &[Self],
        x: &[Self],
        b: &[Self],
        y: &mut [Self],
        relu: bool,
    ) {
        Self::gemm_bias(isa, [M, 1, K], w, x, b, y, relu);
    }
    /// [`gemm_tn`](Self::gemm_tn) of one column, compiled for its size.
    #[inline(always)]
    fn gemv_t<const M: usize, const K: usize>(isa: Isa, w: &[Self], dy: &[Self], dx: &mut [Self]) {
        Self::gemm_tn(isa, [M, 1, K], w, dy, dx);
    }
    /// [`gemm_nt`](Self::gemm_nt) of one column, compiled for its size.
    #[inline(always)]
    fn ger<const M: usize, const K: usize>(isa: Isa, dy: &[Self], x: &[Self], dw: &mut [Self], fresh: bool) {
        Self::gemm_nt(isa, [M, 1, K], dy, x, dw, fresh);
    }
}

impl Products for f64 {
    fn gemm_bias(_: Isa, [m, ..]: [usize; 3], w: &[f64], x: &[f64], b: &[f64], y: &mut [f64], relu: bool) {
        plain::gemm_bias(m, w, x, b, y);
        if relu {
            y.iter_mut().for_each(|y| *y = if *y < 0.0 { 0.0 } else { *y });
        }
    }
    fn gemm_tn(_: Isa, [m, ..]: [usize; 3], w: &[f64], dy: &[f64], dx: &mut [f64]) {
        plain::gemm_tn(m, w, dy, dx);
    }
    fn gemm_nt(_: Isa, [m, ..]: [usize; 3], dy: &[f64], x: &[f64], dw: &mut [f64], fresh: bool) {
        if fresh {
            dw.fill(0.0);
        }
        plain::gemm_nt_add(m, dy, x, dw);
    }
    fn add_columns(_: Isa, m: usize, dy: &[f64], db: &mut [f64]) {
        plain::add_columns(m, dy, db);
    }
}
