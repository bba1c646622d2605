//! Dense layers: four outputs at a time.

use core::hint::black_box;
use core::mem::MaybeUninit;

use super::dots::{dot, dots4x1};
use super::rescale::{dense_outputs, narrow};
use crate::kernels::int8::Dense;

/// [`dense`](crate::kernels::int8::dense)
pub(in super::super) fn dense(layer: &Dense<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let outputs = layer.bias.len().max(1);
    let inputs = (layer.weight.len() / outputs).max(1);
    let rows = layer.bias.len().min(layer.scale.len()).min(layer.weight.len());
    for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact_mut(outputs)) {
        // SAFETY: there are `rows` rows as long as `x`, biases, scales and outputs.
        unsafe { step(layer, rows, x, y.as_mut_ptr()) };
        narrow(layer.output, y);
    }
    true
}

/// One step.
///
/// # Safety
/// There are so many rows as long as `x`, biases, scales and outputs.
#[inline(never)]
unsafe fn step(layer: &Dense<'_>, rows: usize, x: &[i8], mut y: *mut i8) {
    /// So many sums are taken to outputs together.
    const SUMS: usize = 16;
    let (n, x) = (x.len(), x.as_ptr());
    let (mut row, mut bias, mut scale) = (layer.weight.as_ptr(), layer.bias.as_ptr(), layer.scale.as_ptr());
    let (mut sums, mut left) = (MaybeUninit::<[i32; SUMS]>::uninit(), rows);
    let first = sums.as_mut_ptr().cast::<i32>();
    while left > 0 {
        // what the compiler does not know it does not write out four times
        let count = black_box(left.min(SUMS));
        left -= count;
        // SAFETY: the caller's word; there are as many sums as `count` when they are read.
        unsafe {
            let mut sum = first;
            for _ in 0..count / 4 {
                dots4x1(row, x, n, bias, sum.cast());
                (sum, row, bias) = (sum.add(4), row.add(4 * n), bias.add(4));
            }
            for _ in 0..count % 4 {
                sum.write(dot(row, x, n).wrapping_add(*bias));
                (sum, row, bias) = (sum.add(1), row.add(n), bias.add(1));
            }
            dense_outputs(first, scale, y, count, layer.output);
            (scale, y) = (scale.add(count), y.add(count));
        }
    }
}
