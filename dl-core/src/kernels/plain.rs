//! Plain loops, right for every scalar and target: what the vector code is tested against.
//!
//! Every sum runs in the order of its indices, so these are also the definition of the portable set: the same bits, for
//! `f32`, as [`Isa::PORTABLE`](super::Isa::PORTABLE) gives.

use crate::Real;

/// `Y = W X + b`, column by column.
///
/// `w` is `m × k`, `x` is `k × n`, `y` is `m × n`; `b` has `m` numbers, or none for no bias.
#[inline]
pub fn gemm_bias<T: Real>(m: usize, w: &[T], x: &[T], b: &[T], y: &mut [T]) {
    let k = w.len() / m;
    for (x, y) in x.chunks_exact(k).zip(y.chunks_exact_mut(m)) {
        if b.is_empty() {
            y.fill(T::zero());
        } else {
            y.copy_from_slice(b);
        }
        let (mut w, mut x) = (w.chunks_exact(4 * m), x.chunks_exact(4));
        for (w, x) in (&mut w).zip(&mut x) {
            axpy4([x[0], x[1], x[2], x[3]], w, y);
        }
        for (w, &x) in w.remainder().chunks_exact(m).zip(x.remainder()) {
            axpy(x, w, y);
        }
    }
}

/// `dX = Wᵀ dY`: `w` is `m × k`, `dy` is `m × n`, `dx` is `k × n`.
#[inline]
pub fn gemm_tn<T: Real>(m: usize, w: &[T], dy: &[T], dx: &mut [T]) {
    let k = w.len() / m;
    for (dy, dx) in dy.chunks_exact(m).zip(dx.chunks_exact_mut(k)) {
        let (mut w, mut dx) = (w.chunks_exact(4 * m), dx.chunks_exact_mut(4));
        for (w, dx) in (&mut w).zip(&mut dx) {
            dx.copy_from_slice(&dot4(w, dy));
        }
        for (w, dx) in w.remainder().chunks_exact(m).zip(dx.into_remainder()) {
            *dx = dot(w, dy);
        }
    }
}

/// `dW += dY Xᵀ`: `dy` is `m × n`, `x` is `k × n`, `dw` is `m × k`.
#[inline]
pub fn gemm_nt_add<T: Real>(m: usize, dy: &[T], x: &[T], dw: &mut [T]) {
    let k = dw.len() / m;
    let (mut dy, mut x) = (dy.chunks_exact(4 * m), x.chunks_exact(4 * k));
    for (dy, x) in (&mut dy).zip(&mut x) {
        for (i, dw) in dw.chunks_exact_mut(m).enumerate() {
            axpy4([x[i], x[k + i], x[2 * k + i], x[3 * k + i]], dy, dw);
        }
    }
    for (dy, x) in dy.remainder().chunks_exact(m).zip(x.remainder().chunks_exact(k)) {
        for (dw, &x) in dw.chunks_exact_mut(m).zip(x) {
            axpy(x, dy, dw);
        }
    }
}

/// `db += Σ dY` over columns; `db` may be empty.
#[inline]
pub fn add_columns<T: Real>(m: usize, dy: &[T], db: &mut [T]) {
    for dy in dy.chunks_exact(m) {
        for (db, &dy) in db.iter_mut().zip(dy) {
            *db += dy;
        }
    }
}

#[inline]
fn axpy<T: Real>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// Four [`axpy`] in a row, in one pass over `y` and with the same bits; `x` is four columns.
#[inline]
fn axpy4<T: Real>(a: [T; 4], x: &[T], y: &mut [T]) {
    let m = y.len();
    let (x0, rest) = x.split_at(m);
    let (x1, rest) = rest.split_at(m);
    let (x2, x3) = rest.split_at(m);
    for ((((y, &x0), &x1), &x2), &x3) in y.iter_mut().zip(x0).zip(x1).zip(x2).zip(x3) {
        *y = *y + a[0] * x0 + a[1] * x1 + a[2] * x2 + a[3] * x3;
    }
}

/// Four [`dot`]s with the columns of `a`, side by side: one alone would wait for each sum.
#[inline]
fn dot4<T: Real>(a: &[T], b: &[T]) -> [T; 4] {
    let m = b.len();
    let (a0, rest) = a.split_at(m);
    let (a1, rest) = rest.split_at(m);
    let (a2, a3) = rest.split_at(m);
    let mut sums = [T::zero(); 4];
    for ((((&b, &a0), &a1), &a2), &a3) in b.iter().zip(a0).zip(a1).zip(a2).zip(a3) {
        sums[0] += a0 * b;
        sums[1] += a1 * b;
        sums[2] += a2 * b;
        sums[3] += a3 * b;
    }
    sums
}

#[inline]
fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::zero(), |sum, (&a, &b)| sum + a * b)
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
    fn sums_of_any_length_are_those_of_one_product_after_the_other() {
        for k in 1..12 {
            let w: [f32; 36] = core::array::from_fn(|i| (i as f32 * 0.7).fract() - 0.4);
            let x: [f32; 12] = core::array::from_fn(|i| (i as f32 * 1.3).fract() - 0.6);
            let (mut y, mut by_hand) = ([0.1; 3], [0.1; 3]);
            gemm_bias(3, &w[..3 * k], &x[..k], &by_hand.clone(), &mut y);
            for (p, &x) in x[..k].iter().enumerate() {
                axpy(x, &w[3 * p..3 * p + 3], &mut by_hand);
            }
            assert_eq!(y, by_hand, "{k} inputs");

            let (mut dw, mut by_hand) = ([0.2; 6], [0.2; 6]);
            gemm_nt_add(3, &w[..3 * k], &w[..2 * k], &mut dw);
            for (dy, x) in w[..3 * k].chunks_exact(3).zip(w[..2 * k].chunks_exact(2)) {
                axpy(x[0], dy, &mut by_hand[..3]);
                axpy(x[1], dy, &mut by_hand[3..]);
            }
            assert_eq!(dw, by_hand, "{k} samples");
        }
    }

    #[test]
    fn four_dots_are_four_times_one() {
        let a: [f32; 40] = core::array::from_fn(|i| (i as f32 * 0.7).fract() - 0.4);
        for m in 0..10 {
            let b = &a[30..30 + m];
            let one = |i: usize| dot(&a[i * m..(i + 1) * m], b);
            assert_eq!(dot4(&a[..4 * m], b), [one(0), one(1), one(2), one(3)], "{m} rows");
        }
    }
}
