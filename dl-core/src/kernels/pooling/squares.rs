//! The largest of every two by two numbers, side by side: what almost every network has. Two rows are read at once.

use super::{Window, is_nan};
use crate::Real;

/// `y = max x`, and which of the four it is.
#[inline(always)]
pub(super) fn max<T: Real>(window: &Window, x: &[T], y: &mut [T], at: Option<&mut [u16]>) {
    let columns = window.output[2].max(1);
    match at {
        None => {
            for (from, y) in starts(window).zip(y.chunks_exact_mut(columns)) {
                let [top, bottom] = pairs(window, x, from);
                for ((y, &[a, b]), &[c, d]) in y.iter_mut().zip(top).zip(bottom) {
                    *y = larger(larger(larger((a, 0), (b, 1)), (c, 2)), (d, 3)).0;
                }
            }
        }
        Some(at) => {
            let rows = y.chunks_exact_mut(columns).zip(at.chunks_exact_mut(columns));
            for (from, (y, at)) in starts(window).zip(rows) {
                let [top, bottom] = pairs(window, x, from);
                for (((y, at), &[a, b]), &[c, d]) in y.iter_mut().zip(at).zip(top).zip(bottom) {
                    (*y, *at) = larger(larger(larger((a, 0), (b, 1)), (c, 2)), (d, 3));
                }
            }
        }
    }
}

/// `dx` of what was the largest.
#[inline(always)]
pub(super) fn max_back<T: Real>(window: &Window, dy: &[T], at: &[u16], dx: &mut [T]) {
    let (width, columns) = (window.input[2], window.output[2].max(1));
    dx.fill(T::zero());
    let outputs = dy.chunks_exact(columns).zip(at.chunks_exact(columns));
    for (from, (dy, at)) in starts(window).zip(outputs) {
        let Some(dx) = dx.get_mut(from..from + 2 * width) else { return };
        for (column, (&dy, &at)) in dy.iter().zip(at).enumerate() {
            let at = usize::from(at); // a place to write to, not four to choose from: no branch
            if let Some(dx) = dx.get_mut(2 * column + at % 2 + at / 2 * width) {
                *dx = dy;
            }
        }
    }
}

/// Where the input of each row of windows begins, plane after plane.
#[inline(always)]
pub(super) fn starts(window: &Window) -> impl Iterator<Item = usize> {
    let ([_, height, width], rows) = (window.input, window.output[1]);
    (0..).flat_map(move |plane| (0..rows).map(move |row| (plane * height + 2 * row) * width))
}

/// The two rows of a row of windows, in pairs.
#[inline(always)]
fn pairs<'x, T>(window: &Window, x: &'x [T], from: usize) -> [&'x [[T; 2]]; 2] {
    let (width, used) = (window.input[2], 2 * window.output[2]);
    [from, from + width].map(|from| x.get(from..from + used).unwrap_or_default().as_chunks().0)
}

/// The larger of two numbers and which it is: the first of equal ones, the last NaN.
#[inline(always)]
fn larger<T: Real>(first: (T, u16), second: (T, u16)) -> (T, u16) {
    let is_second = (second.0 > first.0) | is_nan(second.0); // no branch: which one it is cannot be guessed
    (if is_second { second.0 } else { first.0 }, if is_second { second.1 } else { first.1 })
}
