//! Slices and products whose sizes were checked before, where they were constants: see [`recurrence`](super::recurrence).
//!
//! A kernel that is compiled once knows no sizes, so a check of its own could panic for all that a linker knows, and would take
//! flash. What does not fit here panics in a debug build only, as an overflow does; otherwise it is left out.

use core::ops::Range;

use super::{Isa, Products};

/// The numbers of `at`.
#[inline(always)]
pub(crate) fn part<T>(all: &[T], at: Range<usize>) -> &[T] {
    debug_assert!(at.start <= at.end && at.end <= all.len(), "{at:?} of {} numbers", all.len());
    all.get(at).unwrap_or_default()
}

/// The same, for writing.
#[inline(always)]
pub(crate) fn part_mut<T>(all: &mut [T], at: Range<usize>) -> &mut [T] {
    debug_assert!(at.start <= at.end && at.end <= all.len(), "{at:?} of {} numbers", all.len());
    all.get_mut(at).unwrap_or_default()
}

/// `to = from`, which are as many numbers.
#[inline(always)]
pub(crate) fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    if fits(from.len() == to.len()) {
        to.copy_from_slice(from);
    }
}

/// [`gemm_bias`](super::gemm_bias)
#[inline(always)]
pub(crate) fn gemm_bias<T: Products>(isa: Isa, size: [usize; 3], w: &[T], x: &[T], b: &[T], y: &mut [T]) {
    if fits(are_matrices(size, [w.len(), x.len(), y.len()]) && is_bias(size, b.len())) {
        T::gemm_bias(isa, size, w, x, b, y, false);
    }
}

/// [`gemm_tn`](super::gemm_tn)
#[inline(always)]
pub(crate) fn gemm_tn<T: Products>(isa: Isa, size: [usize; 3], w: &[T], dy: &[T], dx: &mut [T]) {
    if fits(are_matrices(size, [w.len(), dx.len(), dy.len()])) {
        T::gemm_tn(isa, size, w, dy, dx);
    }
}

/// [`gemm_nt_add`](super::gemm_nt_add); where `dw` is `fresh`, it is overwritten.
#[inline(always)]
pub(crate) fn gemm_nt<T: Products>(isa: Isa, size: [usize; 3], dy: &[T], x: &[T], dw: &mut [T], fresh: bool) {
    if fits(are_matrices(size, [dw.len(), x.len(), dy.len()])) {
        T::gemm_nt(isa, size, dy, x, dw, fresh);
    }
}

/// [`add_columns`](super::add_columns)
#[inline(always)]
pub(crate) fn add_columns<T: Products>(isa: Isa, m: usize, dy: &[T], db: &mut [T]) {
    if fits(m > 0) {
        T::add_columns(isa, m, dy, db);
    }
}

/// Whether it does, which only a debug build doubts.
#[inline(always)]
pub(crate) fn fits(fits: bool) -> bool {
    debug_assert!(fits, "sizes that were checked do not fit");
    fits
}

/// Whether so many numbers are those of `m × k`, `k × n` and `m × n`.
#[inline(always)]
pub(super) fn are_matrices([m, n, k]: [usize; 3], [w, x, y]: [usize; 3]) -> bool {
    w == m * k && x == n * k && y == m * n
}

/// Whether so many numbers are a bias of `m`, or none.
#[inline(always)]
pub(super) fn is_bias([m, ..]: [usize; 3], b: usize) -> bool {
    b == 0 || b == m
}
