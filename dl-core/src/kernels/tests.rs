//! Every instruction set of this processor against the plain loops, for all small sizes.

extern crate std;
use std::vec::Vec;

use super::*;
use crate::Rng;

/// Numbers of either sign, none of them small, so that a wrong one shows.
pub(super) fn numbers(n: usize, seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    (0..n).map(|_| (rng.normal() + 0.25) as f32).collect()
}

/// Numbers with a guard on both sides, at any offset from a vector's alignment.
pub(super) struct Guarded {
    all: Vec<f32>,
    at: usize,
    n: usize,
}

const GUARD: f32 = 777.0;

impl Guarded {
    pub(super) fn new(values: &[f32], offset: usize) -> Self {
        let at = 16 + offset;
        let mut all = std::vec![GUARD; at + values.len() + 32];
        all[at..at + values.len()].copy_from_slice(values);
        Guarded { all, at, n: values.len() }
    }
    pub(super) fn slice(&mut self) -> &mut [f32] {
        &mut self.all[self.at..self.at + self.n]
    }
    pub(super) fn check(&self, expected: &[f32], isa: Isa, terms: usize, what: core::fmt::Arguments<'_>) {
        let (before, rest) = self.all.split_at(self.at);
        let (values, after) = rest.split_at(self.n);
        assert!(
            before.iter().chain(after).all(|&g| g == GUARD),
            "{isa:?}, {what}: wrote outside of its matrix"
        );
        for (i, (&got, &expected)) in values.iter().zip(expected).enumerate() {
            let allowed = if isa == Isa::PORTABLE { 0.0 } else { 4e-7 * (terms as f32 + 4.0) };
            assert!(
                got.to_bits() == expected.to_bits() || (got - expected).abs() <= allowed,
                "{isa:?}, {what}, number {i}: {got}, plain loops give {expected}"
            );
        }
    }
}

/// The products of one column that are compiled for their size.
fn check_small<const M: usize, const K: usize>() {
    let (w, x, dy, b) = (numbers(M * K, 1), numbers(K, 2), numbers(M, 3), numbers(M, 4));
    let what = format_args!("{M} x {K}, compiled for its size");
    let mut y = std::vec![0.0; M];
    plain::gemm_bias(M, &w, &x, &b, &mut y);
    let mut dx = std::vec![0.0; K];
    plain::gemm_tn(M, &w, &dy, &mut dx);
    let mut dw = w.clone();
    plain::gemm_nt_add(M, &dy, &x, &mut dw);
    for isa in Isa::all() {
        let mut out = Guarded::new(&dy, 1);
        f32::gemv_bias::<M, K>(isa, &w, &x, &b, out.slice(), false);
        out.check(&y, isa, K, what);
        let mut out = Guarded::new(&x, 2);
        f32::gemv_t::<M, K>(isa, &w, &dy, out.slice());
        out.check(&dx, isa, M, what);
        let mut out = Guarded::new(&w, 3);
        f32::ger::<M, K>(isa, &dy, &x, out.slice(), false);
        out.check(&dw, isa, 1, what);
    }
}

#[test]
fn products_compiled_for_their_sizes_are_those_of_the_plain_loops() {
    check_small::<1, 1>();
    check_small::<1, 16>();
    check_small::<16, 1>();
    check_small::<16, 16>();
    check_small::<3, 5>();
    check_small::<7, 21>();
}

/// All three products of one size, by every instruction set.
fn check(m: usize, n: usize, k: usize) {
    let (w, x, dy, b) = (numbers(m * k, 1), numbers(k * n, 2), numbers(m * n, 3), numbers(m, 4));
    let (offset, what) = ((m + 3 * n + 5 * k) % 16, format_args!("{m} x {k} by {k} x {n}"));
    let (mut w_at, mut x_at, mut dy_at) =
        (Guarded::new(&w, offset), Guarded::new(&x, offset + 1), Guarded::new(&dy, offset + 2));
    let (w_at, x_at, dy_at) = (w_at.slice(), x_at.slice(), dy_at.slice());

    let mut y = std::vec![0.0; m * n];
    let mut y_without = y.clone();
    plain::gemm_bias(m, &w, &x, &b, &mut y);
    plain::gemm_bias(m, &w, &x, &[], &mut y_without);
    let rectified: Vec<f32> = y.iter().map(|&y| if y < 0.0 { 0.0 } else { y }).collect();
    let mut dx = std::vec![0.0; k * n];
    plain::gemm_tn(m, &w, &dy, &mut dx);
    let mut dw = w.clone();
    plain::gemm_nt_add(m, &dy, &x, &mut dw);
    let mut dw_alone = std::vec![0.0; m * k];
    plain::gemm_nt_add(m, &dy, &x, &mut dw_alone);
    let mut db = b.clone();
    plain::add_columns(m, &dy, &mut db);

    for isa in Isa::all() {
        let size = [m, n, k];
        let mut out = Guarded::new(&dy, offset);
        f32::gemm_bias(isa, size, w_at, x_at, &b, out.slice(), false);
        out.check(&y, isa, k, format_args!("Y = W X + b, {what}"));
        f32::gemm_bias(isa, size, w_at, x_at, &b, out.slice(), true);
        out.check(&rectified, isa, k, format_args!("Y = max(W X + b, 0), {what}"));
        f32::gemm_bias(isa, size, w_at, x_at, &[], out.slice(), false);
        out.check(&y_without, isa, k, format_args!("Y = W X, {what}"));
        let mut out = Guarded::new(&x, offset);
        f32::gemm_tn(isa, size, w_at, dy_at, out.slice());
        out.check(&dx, isa, m, format_args!("dX = Wt dY, {what}"));
        let mut out = Guarded::new(&w, offset);
        f32::gemm_nt(isa, size, dy_at, x_at, out.slice(), false);
        out.check(&dw, isa, n, format_args!("dW += dY Xt, {what}"));
        f32::gemm_nt(isa, size, dy_at, x_at, out.slice(), true);
        out.check(&dw_alone, isa, n, format_args!("dW = dY Xt, {what}"));
        let mut out = Guarded::new(&b, offset);
        f32::add_columns(isa, m, dy_at, out.slice());
        out.check(&db, isa, n, format_args!("db += sums of dY, {what}"));
    }
}

const FEW: [usize; 12] = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 33];

#[test]
fn products_of_all_numbers_of_rows_are_those_of_the_plain_loops() {
    for m in 1..=70 {
        for n in FEW {
            for k in [1, 3, 8, 19] {
                check(m, n, k);
            }
        }
    }
}

#[test]
fn products_of_all_numbers_of_columns_are_those_of_the_plain_loops() {
    for n in 1..=70 {
        for m in FEW {
            for k in [1, 4, 18] {
                check(m, n, k);
            }
        }
    }
}

#[test]
fn products_of_all_depths_are_those_of_the_plain_loops() {
    for k in 1..=70 {
        for m in FEW {
            for n in [1, 2, 5, 8, 17] {
                check(m, n, k);
            }
        }
    }
}

#[test]
fn deep_and_large_products_are_those_of_the_plain_loops() {
    for (m, n, k) in [(128, 32, 784), (64, 3, 300), (33, 9, 257), (130, 70, 140), (300, 5, 40), (10, 64, 513)]
    {
        check(m, n, k);
    }
    // a last row or two, which are not worth a vector
    for (m, n, k) in [(65, 150, 300), (34, 70, 513), (2, 100, 40), (97, 31, 16)] {
        check(m, n, k);
    }
    // columns that are a power of two apart
    for (m, n, k) in [(512, 64, 130), (256, 257, 70), (1024, 66, 64), (264, 16, 100)] {
        check(m, n, k);
    }
}

#[test]
fn infinities_and_nan_come_through() {
    for isa in Isa::all() {
        for (special, m) in [(f32::INFINITY, 33), (f32::NEG_INFINITY, 5), (f32::NAN, 18)] {
            let (w, mut x) = (std::vec![1.0; m * 3], std::vec![0.5; 3 * 9]);
            x[4] = special;
            let mut y = std::vec![0.0; m * 9];
            f32::gemm_bias(isa, [m, 9, 3], &w, &x, &[], &mut y, false);
            let (second, others): (Vec<f32>, Vec<f32>) =
                (y[m..2 * m].to_vec(), [&y[..m], &y[2 * m..]].concat());
            assert!(others.iter().all(|&y| y == 1.5), "{isa:?}");
            assert!(
                second.iter().all(|y| y.to_bits() == special.to_bits() || y.is_nan() && special.is_nan()),
                "{isa:?}"
            );
            f32::gemm_bias(isa, [m, 9, 3], &w, &x, &[], &mut y, true);
            assert!(
                y[m..2 * m].iter().all(|y| y.is_nan() == special.is_nan()),
                "{isa:?}: NaN is not rectified"
            );
        }
    }
}
