//! The products of a dense layer of `K` inputs and `M` outputs, sizes that the compiler knows.
//!
//! Small ones of a single column are compiled for their sizes: that costs little, and gains up to half the time. All others
//! share one copy.

use super::Isa;
use crate::Real;

/// Whether the product of one column is compiled for its size.
const fn is_small(m: usize, k: usize) -> bool {
    m * k <= 512
}

/// `Y = W X + b`, or `max(W X + b, 0)`; see [`gemm_bias`](super::gemm_bias).
///
/// ```
/// use dl_core::kernels::{Isa, dense};
///
/// let (w, x, mut y) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0], [0.0; 2]); // W = [[1, 3], [2, 4]]
/// dense::forward::<f32, 2, 2>(Isa::best(), &w, &x, &[], &mut y, false);
/// assert_eq!(y, [31.0, 42.0]);
/// ```
#[inline(always)]
pub fn forward<T: Real, const M: usize, const K: usize>(
    isa: impl Into<Isa>,
    w: &[T],
    x: &[T],
    b: &[T],
    y: &mut [T],
    relu: bool,
) {
    let n = x.len() / K;
    if const { is_small(M, K) } && n == 1 {
        T::gemv_bias::<M, K>(isa.into(), w, x, b, y, relu);
    } else {
        T::gemm_bias(isa.into(), [M, n, K], w, x, b, y, relu);
    }
}

/// `dX = Wᵀ dY`; see [`gemm_tn`](super::gemm_tn).
///
/// ```
/// use dl_core::kernels::{Isa, dense};
///
/// let (w, dy, mut dx) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0], [0.0; 2]); // Wᵀ = [[1, 2], [3, 4]]
/// dense::to_input::<f32, 2, 2>(Isa::best(), &w, &dy, &mut dx);
/// assert_eq!(dx, [21.0, 43.0]);
/// ```
#[inline(always)]
pub fn to_input<T: Real, const M: usize, const K: usize>(
    isa: impl Into<Isa>,
    w: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let n = dx.len() / K;
    if const { is_small(M, K) } && n == 1 {
        T::gemv_t::<M, K>(isa.into(), w, dy, dx);
    } else {
        T::gemm_tn(isa.into(), [M, n, K], w, dy, dx);
    }
}

/// `dW += dY Xᵀ` and `db += Σ dY`, or `=` where they are `fresh`; see [`gemm_nt_add`](super::gemm_nt_add) and
/// [`add_columns`](super::add_columns).
///
/// ```
/// use dl_core::kernels::{Isa, dense};
///
/// let (mut dw, mut db) = ([100.0; 4], [0.5; 2]);
/// dense::to_params::<f32, 2, 2>(Isa::best(), &[1.0, 10.0], &[2.0, 3.0], &mut dw, &mut db, false);
/// assert_eq!((dw, db), ([102.0, 120.0, 103.0, 130.0], [1.5, 10.5]));
/// dense::to_params::<f32, 2, 2>(Isa::best(), &[1.0, 10.0], &[2.0, 3.0], &mut dw, &mut db, true);
/// assert_eq!((dw, db), ([2.0, 20.0, 3.0, 30.0], [1.0, 10.0]));
/// ```
#[inline(always)]
pub fn to_params<T: Real, const M: usize, const K: usize>(
    isa: impl Into<Isa>,
    dy: &[T],
    x: &[T],
    dw: &mut [T],
    db: &mut [T],
    fresh: bool,
) {
    let (isa, n) = (isa.into(), x.len() / K);
    if fresh {
        db.fill(T::zero());
    }
    if const { is_small(M, K) } && n == 1 {
        T::ger::<M, K>(isa, dy, x, dw, fresh);
        super::plain::add_columns(M, dy, db);
    } else {
        T::gemm_nt(isa, [M, n, K], dy, x, dw, fresh);
        T::add_columns(isa, M, dy, db);
    }
}
