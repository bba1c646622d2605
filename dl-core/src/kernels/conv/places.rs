//! One place of the output after the other, some of its channels at a time: for targets whose vectors are single numbers.
//!
//! The weights of neighbouring channels lie side by side, so a number of the input is read once for all of them, and their
//! sums stay in registers. The order of a sum is that of the plain loops: the bits are the same.

use core::ops::Range;

use super::Window;
use crate::Real;

/// `y = w * x + bias`, of sizes that have been checked; nothing here can panic.
pub(super) fn conv<T: Real>(
    window: &Window,
    w: &[T],
    bias: Option<&[T]>,
    x: &[T],
    y: &mut [T],
    samples: usize,
    relu: bool,
) {
    let groups = window.groups.max(1);
    let [inputs, outputs] = [window.input, window.output].map(|[channels, ..]| channels / groups);
    for sample in 0..samples {
        for group in 0..groups {
            let x = x.get(window.input_plane(sample, group * inputs).start..).unwrap_or_default();
            let (mut o, end) = (group * outputs, (group + 1) * outputs);
            while o < end {
                let bias = bias.and_then(|bias| bias.get(o..)).unwrap_or_default();
                let part = Part { window, inputs, w: w.get(o..).unwrap_or_default(), bias, x, relu };
                let y = y.get_mut(window.output_plane(sample, o).start..).unwrap_or_default();
                o += match end - o {
                    8.. => part.run::<8>(y),
                    4.. => part.run::<4>(y),
                    2.. => part.run::<2>(y),
                    _ => part.run::<1>(y),
                };
            }
        }
    }
}

/// Some channels of the output, and the channels of the input that they see.
struct Part<'a, T> {
    window: &'a Window,
    inputs: usize,
    /// From the first number of the first channel on.
    w: &'a [T],
    /// None where there is none.
    bias: &'a [T],
    x: &'a [T],
    relu: bool,
}

impl<T: Real> Part<'_, T> {
    /// All places of `N` channels. Gives `N`.
    #[inline(never)]
    fn run<const N: usize>(&self, y: &mut [T]) -> usize {
        let Window { output: [_, rows, columns], .. } = *self.window;
        for row in 0..rows {
            let (ky, iy) = self.seen(0, row);
            for column in 0..columns {
                let (kx, ix) = self.seen(1, column);
                let sums = self.sums::<N>([ky.clone(), kx], [iy, ix]);
                let place = row * columns + column;
                for (sum, y) in sums.into_iter().zip(y.chunks_mut((rows * columns).max(1))) {
                    if let Some(y) = y.get_mut(place) {
                        *y = if self.relu && sum < T::zero() { T::zero() } else { sum };
                    }
                }
            }
        }
        N
    }

    /// The numbers of the window, along an axis, that are inside of the input for output `at`, and where the first of them is.
    fn seen(&self, axis: usize, at: usize) -> (Range<usize>, usize) {
        let Window { input, kernel, stride, dilation, pad, .. } = self.window;
        let (start, step) = (at * stride[axis], dilation[axis].max(1));
        let first = pad[axis].saturating_sub(start).div_ceil(step).min(kernel[axis]);
        let end =
            (input[axis + 1] + pad[axis]).saturating_sub(start).div_ceil(step).min(kernel[axis]).max(first);
        (first..end, (start + first * step).saturating_sub(pad[axis]))
    }

    /// The sums of one place.
    #[inline(always)]
    fn sums<const N: usize>(&self, [ky, kx]: [Range<usize>; 2], [iy, ix]: [usize; 2]) -> [T; N] {
        let Window { input: [_, height, width], output: [outputs, ..], kernel: [kh, kw], dilation, .. } =
            *self.window;
        let mut sums = [T::zero(); N];
        sums.iter_mut().zip(self.bias).for_each(|(sum, &bias)| *sum += bias);
        for i in 0..self.inputs {
            for (ky, y) in ky.clone().zip((iy..).step_by(dilation[0].max(1))) {
                let w = (kw * (ky + kh * i) + kx.start) * outputs;
                let w = self.w.get(w..).unwrap_or_default().chunks(outputs.max(1)).take(kx.len());
                let x = self.x.get((i * height + y) * width + ix..).unwrap_or_default();
                for (w, &x) in w.zip(x.iter().step_by(dilation[1].max(1))) {
                    if let Some(w) = w.first_chunk::<N>() {
                        sums.iter_mut().zip(w).for_each(|(sum, &w)| *sum += w * x);
                    }
                }
            }
        }
        sums
    }
}
