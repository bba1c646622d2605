//! What the tests of all losses check.

extern crate std;

use nalgebra::{SMatrix, SVector};
use std::vec::Vec;

use super::Loss;
use crate::{Lens, Pass, Signal, Vals};

/// Compares the gradient with central differences, number by number.
pub(super) fn check_gradient<L: Loss<f64, Vals<N>>, const N: usize, const B: usize>(
    loss: &L,
    y: &SMatrix<f64, N, B>,
    target: <L::Target as Signal>::Ref<'_, f64, B>,
    pass: Pass<'_, B>,
) {
    const STEP: f64 = 1e-5;
    let total = loss.count(target, pass);
    let value = |y: &SMatrix<f64, N, B>| loss.value_and_grad(y, target, None, total, pass);
    let mut dy = SMatrix::repeat(f64::NAN);
    let with_gradient = loss.value_and_grad(y, target, Some(&mut dy), total, pass);
    assert_eq!(with_gradient, value(y), "the value depends on whether a gradient is wanted");
    assert!(dy.iter().any(|&d| d != 0.0), "the gradient is all zero");
    for i in 0..N * B {
        let (mut up, mut down) = (*y, *y);
        up[i] += STEP;
        down[i] -= STEP;
        let difference = (value(&up) - value(&down)) / (2.0 * STEP);
        let error = (difference - dy[i]).abs() / difference.abs().max(dy[i].abs()).max(1e-3);
        assert!(
            error < 1e-7,
            "dy[{i}]: finite difference {difference}, gradient {}, relative error {error:.1e}",
            dy[i]
        );
        if i / N >= pass.live() {
            assert_eq!(dy[i], 0.0, "dy[{i}] of a sample that does not count");
        }
    }
}

/// Checks that the samples one at a time add up to what the whole chunk gives: count, value and gradient.
pub(super) fn check_shares<L: Loss<f64, Vals<N>, Count = f64>, const N: usize, const B: usize>(
    loss: &L,
    y: &SMatrix<f64, N, B>,
    target: <L::Target as Signal>::Ref<'_, f64, B>,
    lens: Option<&[u16; B]>,
    sample: impl Fn(usize) -> <L::Target as Signal>::Buf<f64, 1>,
) {
    let pass = Pass::<B>::infer();
    let whole = lens.map_or(pass, |l| pass.with_lens(Lens::of(l)));
    let total = loss.count(target, whole);
    let mut dy = SMatrix::repeat(f64::NAN);
    let value = loss.value_and_grad(y, target, Some(&mut dy), total, whole);

    let each: Vec<[u16; 1]> = (0..B).map(|b| [lens.map_or(0, |l| l[b])]).collect();
    let (mut count, mut sum) = (0.0, 0.0);
    for (b, valid) in each.iter().enumerate() {
        let pass = Pass::<1>::infer().chunk(b, 1);
        let pass = if lens.is_some() { pass.with_lens(Lens::of(valid)) } else { pass };
        let target = sample(b);
        let target = L::Target::get(&target);
        count += loss.count(target, pass);
        let mut d = SVector::repeat(f64::NAN);
        sum += loss.value_and_grad(&column(y, b), target, Some(&mut d), total, pass);
        assert_eq!(d.as_slice(), &dy.data.0[b], "the gradient of sample {b}");
    }
    assert!((count - total).abs() <= 1e-12 * total, "counts {count}, in one chunk {total}");
    assert!((sum - value).abs() <= 1e-12 * value.abs(), "shares {sum}, in one chunk {value}");
}

/// Sample `b`, as a chunk of its own.
pub(super) fn column<const N: usize, const B: usize>(m: &SMatrix<f64, N, B>, b: usize) -> SVector<f64, N> {
    m.column(b).into()
}

/// Asserts that `a` is `b`, which was computed elsewhere and is printed to about eight digits.
pub(super) fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 2e-8 * b.abs().max(1.0), "{a} is not {b}");
}

/// A pass over samples of which the first `valid` steps count.
pub(super) fn padded<const B: usize>(valid: &[u16; B]) -> Pass<'_, B> {
    Pass::<B>::infer().with_lens(Lens::of(valid))
}
