//! Plain loops, right for every scalar and target.

use crate::Real;

/// `Y = W X + b`, column by column.
///
/// `w` is `m × k`, `x` is `k × n`, `y` is `m × n`; `b` has `m` numbers, or none for no bias.
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
    let k = w.len() / m;
    for (x, y) in x.chunks_exact(k).zip(y.chunks_exact_mut(m)) {
        if b.is_empty() {
            y.fill(T::zero());
        } else {
            y.copy_from_slice(b);
        }
        for (w, &x) in w.chunks_exact(m).zip(x) {
            axpy(x, w, y);
        }
    }
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
    let k = w.len() / m;
    for (dy, dx) in dy.chunks_exact(m).zip(dx.chunks_exact_mut(k)) {
        for (w, dx) in w.chunks_exact(m).zip(dx) {
            *dx = dot(w, dy);
        }
    }
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
    let k = dw.len() / m;
    for (dy, x) in dy.chunks_exact(m).zip(x.chunks_exact(k)) {
        for (dw, &x) in dw.chunks_exact_mut(m).zip(x) {
            axpy(x, dy, dw);
        }
    }
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
    for dy in dy.chunks_exact(m) {
        for (db, &dy) in db.iter_mut().zip(dy) {
            *db += dy;
        }
    }
}

/// `a += b`
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

#[inline]
fn axpy<T: Real>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// Eight partial sums in a fixed order, which the compiler can keep in vectors.
#[inline]
fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    const LANES: usize = 8;
    let mut sums = [T::zero(); LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail = (a.remainder(), b.remainder());
    for (a, b) in a.zip(b) {
        for i in 0..LANES {
            sums[i] += a[i] * b[i];
        }
    }
    let mut sum = T::zero();
    for s in sums {
        sum += s;
    }
    for (&a, &b) in tail.0.iter().zip(tail.1) {
        sum += a * b;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_small_integers_are_exact() {
        // W = [1 3; 2 4], x columns (1, 1) and (2, 0)
        let (w, x, b) = ([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 2.0, 0.0], [10.0, 20.0]);
        let mut y = [0.0; 4];
        gemm_bias(2, &w, &x, &b, &mut y);
        assert_eq!(y, [14.0, 26.0, 12.0, 24.0]);
        gemm_bias(2, &w, &x, &[], &mut y);
        assert_eq!(y, [4.0, 6.0, 2.0, 4.0]);
        let mut dx = [0.0; 4];
        gemm_tn(2, &w, &[1.0, 0.0, 1.0, 1.0], &mut dx);
        assert_eq!(dx, [1.0, 3.0, 3.0, 7.0]);
        let mut dw = [1.0; 4];
        gemm_nt_add(2, &[1.0, 0.0, 1.0, 1.0], &x, &mut dw);
        assert_eq!(dw, [4.0, 3.0, 2.0, 1.0]);
        let mut db = [0.5; 2];
        add_columns(2, &[1.0, 0.0, 1.0, 1.0], &mut db);
        assert_eq!(db, [2.5, 1.5]);
    }

    #[test]
    fn long_dots_use_every_number_once() {
        for n in 0..40 {
            let a: [f64; 40] = core::array::from_fn(|i| i as f64);
            assert_eq!(dot(&a[..n], &a[..n]), (0..n).map(|i| (i * i) as f64).sum::<f64>());
        }
    }
}
