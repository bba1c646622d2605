//! The largest number or the sum of every window of an image.
//!
//! The numbers of a window are taken one after the other, each over whole rows of windows, so that rows are vectors. The
//! bits are the same for every instruction set.

use core::ops::Range;

use super::Isa;
use super::conv::Window;
#[cfg(target_arch = "x86_64")]
use super::isa::Level;
use super::isa::versions;
use crate::Real;

#[cfg(target_arch = "x86_64")]
mod avx512;
mod squares;
#[cfg(test)]
mod tests;

/// What to do with the windows over each plane of some samples; channels do not meet.
#[derive(Debug)]
pub enum Pooling<'a, T> {
    /// `y = max x`, and which number of the window it is, if that is wanted. The first of equal numbers counts; of NaN the
    /// last, which is larger than any number.
    Max { x: &'a [T], y: &'a mut [T], at: Option<&'a mut [u16]> },
    /// `dx` of what was the largest.
    MaxBack { dy: &'a [T], at: &'a [u16], dx: &'a mut [T] },
    /// `y = factor Σ x`
    Sum { x: &'a [T], y: &'a mut [T], factor: T },
    /// `dx` of that.
    SumBack { dy: &'a [T], dx: &'a mut [T], factor: T },
}

/// [`Pooling`] of one scalar.
pub trait OnWindows: Sized {
    /// Does it. Panics unless the slices hold whole planes, as many of the input as of the output.
    fn on_windows(isa: Isa, window: &Window, what: Pooling<'_, Self>);
}

impl OnWindows for f64 {
    fn on_windows(_: Isa, window: &Window, what: Pooling<'_, f64>) {
        what.check(window);
        what.run(window);
    }
}

impl OnWindows for f32 {
    #[inline(always)]
    fn on_windows(isa: Isa, window: &Window, what: Pooling<'_, f32>) {
        what.check(window);
        pool(isa, window, what);
    }
}

/// [`OnWindows::on_windows`], after the check, which is a part of the caller.
fn pool(isa: Isa, window: &Window, what: Pooling<'_, f32>) {
    #[cfg(target_arch = "x86_64")]
    if isa.0 == Level::Avx512 && are_squares(window) {
        // SAFETY: the token exists only where the processor has these instructions.
        match what {
            Pooling::Max { x, y, at } => return unsafe { avx512::max(window, x, y, at) },
            Pooling::MaxBack { dy, at, dx } => return unsafe { avx512::max_back(window, dy, at, dx) },
            Pooling::Sum { .. } | Pooling::SumBack { .. } => {}
        }
    }
    on_windows(isa, window, what);
}

versions! {
    fn on_windows(window: &Window, what: Pooling<'_, f32>) {
        what.run(window);
    }
}

/// No number of the window yet.
const NONE: u16 = u16::MAX;

impl<T: Real> Pooling<'_, T> {
    /// Panics unless the sizes are those of the window.
    #[inline(always)]
    fn check(&self, window: &Window) {
        let (x, y) = match self {
            Pooling::Max { x, y, at } => {
                assert!(at.as_ref().is_none_or(|at| at.len() == y.len()));
                (x.len(), y.len())
            }
            Pooling::MaxBack { dy, at, dx } => {
                assert!(at.len() == dy.len());
                (dx.len(), dy.len())
            }
            Pooling::Sum { x, y, .. } => (x.len(), y.len()),
            Pooling::SumBack { dy, dx, .. } => (dx.len(), dy.len()),
        };
        let [inputs, outputs] = [window.input, window.output].map(|[_, rows, columns]| rows * columns);
        assert!(window.stride[0] > 0 && window.stride[1] > 0, "no window: {window:?}");
        let planes = y.checked_div(outputs).unwrap_or(0);
        assert!(planes * outputs == y && planes * inputs == x, "{x} inputs and {y} outputs of {window:?}");
    }

    #[inline(always)]
    fn run(self, window: &Window) {
        if are_squares(window) {
            match self {
                Pooling::Max { x, y, at } => return squares::max(window, x, y, at),
                Pooling::MaxBack { dy, at, dx } => return squares::max_back(window, dy, at, dx),
                Pooling::Sum { .. } | Pooling::SumBack { .. } => {}
            }
        }
        // strides that are constants are vector code
        match window.stride[1] {
            1 => self.with_stride(window, 1),
            2 => self.with_stride(window, 2),
            stride => self.with_stride(window, stride.max(1)),
        }
    }

    #[inline(always)]
    fn with_stride(self, window: &Window, stride: usize) {
        match self {
            Pooling::Max { x, y, at: None } => {
                y.fill(-T::one() / T::zero());
                each_tap(window, y.len(), |ys, from, _| {
                    let Some((y, x)) = y.get_mut(ys).zip(x.get(from..)) else { return };
                    gather(y, x, stride, |y, x| {
                        *y = if x > *y || is_nan(x) { x } else { *y };
                    });
                });
            }
            Pooling::Max { x, y, at: Some(at) } => {
                y.fill(-T::one() / T::zero());
                at.fill(NONE);
                each_tap(window, y.len(), |ys, from, tap| {
                    let places = y.get_mut(ys.clone()).zip(at.get_mut(ys));
                    let Some(((y, at), x)) = places.zip(x.get(from..)) else { return };
                    gather_two(y, at, x, stride, |y, at, x| {
                        let is_larger = x > *y || is_nan(x) || *at == NONE;
                        *y = if is_larger { x } else { *y };
                        *at = if is_larger { tap } else { *at };
                    });
                });
            }
            Pooling::MaxBack { dy, at, dx } => {
                dx.fill(T::zero());
                each_tap(window, dy.len(), |ys, from, tap| {
                    let Some((dy, at)) = dy.get(ys.clone()).zip(at.get(ys)) else { return };
                    let Some(dx) = dx.get_mut(from..) else { return };
                    scatter(dx, stride, dy, at, |dx, dy, at| {
                        *dx += if at == tap { dy } else { T::zero() };
                    });
                });
            }
            Pooling::Sum { x, y, factor } => {
                y.fill(T::zero());
                each_tap(window, y.len(), |ys, from, _| {
                    let Some((y, x)) = y.get_mut(ys).zip(x.get(from..)) else { return };
                    gather(y, x, stride, |y, x| *y += x);
                });
                y.iter_mut().for_each(|y| *y *= factor);
            }
            Pooling::SumBack { dy, dx, factor } => {
                dx.fill(T::zero());
                let in_pairs = are_pairs(window, 1);
                each_tap(window, dy.len(), |ys, from, tap| {
                    let Some((dy, dx)) = dy.get(ys).zip(dx.get_mut(from..)) else { return };
                    if in_pairs {
                        if tap % 2 == 0 {
                            let (pairs, _) = dx.as_chunks_mut::<2>();
                            for ([left, right], &dy) in pairs.iter_mut().zip(dy) {
                                *left += factor * dy;
                                *right += factor * dy;
                            }
                        }
                        return;
                    }
                    scatter(dx, stride, dy, dy, |dx, dy, _| *dx += factor * dy);
                });
            }
        }
    }
}

/// Whether `x` is no number.
#[expect(clippy::eq_op, reason = "NaN alone differs from itself")]
#[inline(always)]
pub(crate) fn is_nan<T: Real>(x: T) -> bool {
    x != x
}

/// Whether windows are two by two, lie side by side, and no padding is within one.
#[inline(always)]
fn are_squares(window: &Window) -> bool {
    are_pairs(window, 0) && are_pairs(window, 1)
}

/// Whether windows are pairs along an axis, lie side by side, and all are inside of the input: then a pair is a vector.
#[inline(always)]
fn are_pairs(window: &Window, axis: usize) -> bool {
    let along = [window.kernel, window.stride, window.dilation, window.pad].map(|sizes| sizes[axis]);
    along == [2, 2, 1, 0] && 2 * window.output[axis + 1] <= window.input[axis + 1]
}

/// Calls `f` with the outputs of a row of windows, the place of the first one's input, and the number of the window that
/// this input is; of all `outputs` numbers.
#[inline(always)]
fn each_tap(window: &Window, outputs: usize, mut f: impl FnMut(Range<usize>, usize, u16)) {
    let ([_, height, width], [_, rows, columns]) = (window.input, window.output);
    let mut tap = 0;
    for ky in 0..window.kernel[0] {
        let inside_rows = window.inside(0, ky);
        for kx in 0..window.kernel[1] {
            let inside = window.inside(1, kx);
            if !inside.is_empty() {
                let left = inside.start * window.stride[1] + kx * window.dilation[1] - window.pad[1];
                for plane in 0..outputs / (rows * columns).max(1) {
                    for row in inside_rows.clone() {
                        let top = row * window.stride[0] + ky * window.dilation[0] - window.pad[0];
                        let at = (plane * rows + row) * columns;
                        f(at + inside.start..at + inside.end, (plane * height + top) * width + left, tap);
                    }
                }
            }
            tap += 1;
        }
    }
}

/// `f(y, x)` for each `y` and every `stride`-th `x`.
#[inline(always)]
fn gather<T: Copy>(y: &mut [T], x: &[T], stride: usize, f: impl Fn(&mut T, T)) {
    let (chunks, last) = split(x.len(), y.len(), stride);
    let (y, cut) = y.split_at_mut_checked(chunks).unwrap_or_default();
    for (y, x) in y.iter_mut().zip(x.chunks_exact(stride.max(1))) {
        f(y, x[0]);
    }
    if let ([y], Some(&x)) = (cut, x.get(last)) {
        f(y, x);
    }
}

/// [`gather`] into two places.
#[inline(always)]
fn gather_two<T: Copy>(y: &mut [T], at: &mut [u16], x: &[T], stride: usize, f: impl Fn(&mut T, &mut u16, T)) {
    let (chunks, last) = split(x.len(), y.len(), stride);
    let (y, y_cut) = y.split_at_mut_checked(chunks).unwrap_or_default();
    let (at, at_cut) = at.split_at_mut_checked(chunks).unwrap_or_default();
    for ((y, at), x) in y.iter_mut().zip(at).zip(x.chunks_exact(stride.max(1))) {
        f(y, at, x[0]);
    }
    if let ([y], [at], Some(&x)) = (y_cut, at_cut, x.get(last)) {
        f(y, at, x);
    }
}

/// `f(dx, dy, a)` for every `stride`-th `dx` and each `dy` with its `a`.
#[inline(always)]
fn scatter<T: Copy, A: Copy>(dx: &mut [T], stride: usize, dy: &[T], a: &[A], f: impl Fn(&mut T, T, A)) {
    let (chunks, last) = split(dx.len(), dy.len(), stride);
    let (dy, dy_cut) = dy.split_at_checked(chunks).unwrap_or_default();
    let (a, a_cut) = a.split_at_checked(chunks).unwrap_or_default();
    for ((dx, &dy), &a) in dx.chunks_exact_mut(stride.max(1)).zip(dy).zip(a) {
        f(&mut dx[0], dy, a);
    }
    if let (&[dy], &[a], Some(dx)) = (dy_cut, a_cut, dx.get_mut(last)) {
        f(dx, dy, a);
    }
}

/// How many of `n` numbers have a whole chunk of `stride` in `len`, and where the last of them is, which may have none.
#[inline(always)]
fn split(len: usize, n: usize, stride: usize) -> (usize, usize) {
    (n.min(len / stride.max(1)), n.saturating_sub(1) * stride)
}
