//! Dense layers: four outputs at a time.

use super::dots::{dot, dots4x1};
use super::rescale::{narrow, rescale_exactly, to_byte};
use crate::kernels::int8::Dense;

/// So many sums are taken to outputs together.
const SUMS: usize = 16;

/// [`dense`](crate::kernels::int8::dense)
pub(in super::super) fn dense(layer: &Dense<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let outputs = layer.bias.len().max(1);
    let inputs = (layer.weight.len() / outputs).max(1);
    let rows = layer.bias.len().min(layer.scale.len()).min(layer.weight.len() / inputs);
    for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact_mut(outputs)) {
        let mut done = 0;
        while done < rows {
            let count = SUMS.min(rows - done);
            // SAFETY: there are `rows` rows as long as `x`, biases, scales and outputs.
            unsafe { some(layer, done, count, x, y) };
            done += count;
        }
        narrow(layer.output, y);
    }
    true
}

/// `count` outputs of one step, from `first` on.
///
/// # Safety
/// There are so many rows as long as `x`, biases, scales and outputs, and `count` is at most [`SUMS`].
unsafe fn some(layer: &Dense<'_>, first: usize, count: usize, x: &[i8], y: &mut [i8]) {
    let (mut sums, n) = ([0; SUMS], x.len());
    let mut row = layer.weight.as_ptr().wrapping_add(first * n);
    let mut sum = sums.as_mut_ptr();
    let end = sum.wrapping_add(count);
    // SAFETY: the caller's word.
    unsafe {
        for _ in 0..count / 4 {
            dots4x1(row, n, x.as_ptr(), n, &mut *sum.cast());
            (row, sum) = (row.wrapping_add(4 * n), sum.add(4));
        }
        while sum != end {
            *sum = dot(row, x.as_ptr(), n);
            (row, sum) = (row.wrapping_add(n), sum.add(1));
        }
        let (mut bias, mut scale) = (layer.bias.as_ptr().add(first), layer.scale.as_ptr().add(first));
        let (mut sum, mut y) = (sums.as_ptr(), y.as_mut_ptr().add(first));
        while sum != end {
            *y = to_byte(rescale_exactly((*sum).wrapping_add(*bias), *scale), layer.output);
            (sum, bias, scale, y) = (sum.add(1), bias.add(1), scale.add(1), y.add(1));
        }
    }
}
