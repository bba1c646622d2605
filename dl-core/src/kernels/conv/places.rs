//! One place of the output after the other, some of its channels at a time: for targets whose vectors are single numbers.
//!
//! The weights of neighbouring channels lie side by side, so a number of the input is read once for all of them, and their
//! sums stay in registers. The order of a sum is that of the plain loops: the bits are the same.

use core::ops::Range;

use super::Window;
use crate::Real;

/// `y = w * x + bias`. Nothing here can panic.
///
/// # Safety
/// The slices have the sizes of the window, which is one: [`Window::check`] lets them pass. `bias` has the output's channels.
pub(super) unsafe fn conv<T: Real>(
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
            let x = x.get(window.input_plane(sample, group * inputs).start..).unwrap_or_default().as_ptr();
            let (mut o, end) = (group * outputs, (group + 1) * outputs);
            while o < end {
                let bias = bias.and_then(|bias| bias.get(o..)).unwrap_or_default();
                let w = w.get(o..).unwrap_or_default().as_ptr();
                let part = Part { window, inputs, w, bias, x, relu };
                let y = y.get_mut(window.output_plane(sample, o).start..).unwrap_or_default().as_mut_ptr();
                // SAFETY: the caller's word; that many channels are left.
                o += unsafe {
                    match end - o {
                        8.. => part.run::<8>(y),
                        4.. => part.run::<4>(y),
                        2.. => part.run::<2>(y),
                        _ => part.run::<1>(y),
                    }
                };
            }
        }
    }
}

/// Some channels of the output, and the channels of the input that they see.
struct Part<'a, T> {
    window: &'a Window,
    inputs: usize,
    /// The first number of the first channel.
    w: *const T,
    /// None where there is none.
    bias: &'a [T],
    x: *const T,
    relu: bool,
}

impl<T: Real> Part<'_, T> {
    /// All places of `N` channels. Gives `N`.
    ///
    /// # Safety
    /// There are so many, and the pointers are good for all of them.
    #[inline(never)]
    unsafe fn run<const N: usize>(&self, mut y: *mut T) -> usize {
        let Window { output: [_, rows, columns], .. } = *self.window;
        let bias = self.bias.first_chunk().copied().unwrap_or([T::zero(); N]);
        let start = bias.map(|bias| bias + T::zero()); // -0 becomes 0
        for row in 0..rows {
            let (ky, iy) = self.seen(0, row);
            for column in 0..columns {
                let (kx, ix) = self.seen(1, column);
                // SAFETY: these numbers of the window are inside of the input.
                let sums = unsafe { self.sums(start, [ky.clone(), kx], [iy, ix]) };
                for (channel, sum) in sums.into_iter().enumerate() {
                    let sum = if self.relu && sum < T::zero() { T::zero() } else { sum };
                    // SAFETY: `y` has these channels of the output.
                    unsafe { *y.wrapping_add(channel * rows * columns) = sum };
                }
                y = y.wrapping_add(1);
            }
        }
        N
    }

    /// The numbers of the window, along an axis, that are inside of the input for output `at`, and where the first of them is.
    #[inline(always)]
    fn seen(&self, axis: usize, at: usize) -> (Range<usize>, usize) {
        let Window { input, kernel, stride, dilation, pad, .. } = self.window;
        let (start, step, size) = (at * stride[axis], dilation[axis].max(1), kernel[axis]);
        let first = pad[axis].saturating_sub(start).div_ceil(step).min(size);
        let end = (input[axis + 1] + pad[axis]).saturating_sub(start).div_ceil(step).min(size).max(first);
        (first..end, (start + first * step).saturating_sub(pad[axis]))
    }

    /// The sums of one place.
    ///
    /// # Safety
    /// The numbers `ky` and `kx` of the window are inside of the input, the first of them in row `iy` and column `ix`.
    #[inline(always)]
    unsafe fn sums<const N: usize>(
        &self,
        mut sums: [T; N],
        [ky, kx]: [Range<usize>; 2],
        [iy, ix]: [usize; 2],
    ) -> [T; N] {
        let Window { input: [_, height, width], output: [outputs, ..], kernel: [kh, kw], dilation, .. } =
            *self.window;
        let (mut x, mut w) =
            (self.x.wrapping_add(iy * width + ix), self.w.wrapping_add((ky.start * kw + kx.start) * outputs));
        // a window of one number has the channels in its place
        let (inputs, numbers, step) = if kh * kw == 1 {
            (1, self.inputs * kx.len(), height * width)
        } else {
            (self.inputs, kx.len(), dilation[1])
        };
        for _ in 0..inputs {
            let (mut x_row, mut w_row) = (x, w);
            for _ in ky.clone() {
                let (mut x, mut w) = (x_row, w_row);
                for _ in 0..numbers {
                    // SAFETY: the caller's word.
                    let (x_now, w_now) = unsafe { (*x, &*w.cast::<[T; N]>()) };
                    sums.iter_mut().zip(w_now).for_each(|(sum, &w)| *sum += w * x_now);
                    (x, w) = (x.wrapping_add(step), w.wrapping_add(outputs));
                }
                (x_row, w_row) = (x_row.wrapping_add(dilation[0] * width), w_row.wrapping_add(kw * outputs));
            }
            (x, w) = (x.wrapping_add(height * width), w.wrapping_add(kh * kw * outputs));
        }
        sums
    }
}
