//! Plain loops, right for every scalar and target: what the vector code is tested against, and the bits of the portable set.
//!
//! A sum runs in the order of its indices: over input channel, row and column of the window for `y` (after the bias), over
//! output channel, row and column of the window for `dx`, over sample, row and column of the output for `dw`. What lies
//! in the padding is left out.
//!
//! Who calls has checked all sizes; nothing here can panic.

use core::ops::Range;

use super::Window;
use crate::Real;

/// `y = w * x + bias`.
pub(super) fn conv<T: Real>(
    window: &Window,
    w: &[T],
    bias: Option<&[T]>,
    x: &[T],
    y: &mut [T],
    samples: usize,
    relu: bool,
) {
    for sample in 0..samples {
        for o in 0..window.output[0] {
            let Some(y) = y.get_mut(window.output_plane(sample, o)) else { return };
            let bias = bias.and_then(|bias| bias.get(o)).copied().unwrap_or(T::zero());
            y.fill(bias + T::zero()); // -0 becomes 0
            for (i, k, at) in window.numbers(o) {
                let (Some(&w), Some(x)) = (w.get(at), x.get(window.input_plane(sample, i))) else { return };
                window.rows(k, |to, from| {
                    let (Some(y), Some(x)) = (y.get_mut(to), x.get(from..)) else { return };
                    for (y, &x) in y.iter_mut().zip(x.iter().step_by(window.stride[1].max(1))) {
                        *y += w * x;
                    }
                });
            }
            if relu {
                y.iter_mut().for_each(|y| *y = if *y < T::zero() { T::zero() } else { *y });
            }
        }
    }
}

/// The gradient of the input.
pub(super) fn conv_grad_input<T: Real>(window: &Window, w: &[T], dy: &[T], dx: &mut [T], samples: usize) {
    dx.fill(T::zero());
    for sample in 0..samples {
        for o in 0..window.output[0] {
            let Some(dy) = dy.get(window.output_plane(sample, o)) else { return };
            for (i, k, at) in window.numbers(o) {
                let dx = dx.get_mut(window.input_plane(sample, i));
                let (Some(&w), Some(dx)) = (w.get(at), dx) else { return };
                window.rows(k, |from, to| {
                    let (Some(dy), Some(dx)) = (dy.get(from), dx.get_mut(to..)) else { return };
                    for (&dy, dx) in dy.iter().zip(dx.iter_mut().step_by(window.stride[1].max(1))) {
                        *dx += w * dy;
                    }
                });
            }
        }
    }
}

/// The gradients of weight and bias.
pub(super) fn conv_grad_weight<T: Real>(
    window: &Window,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    db: Option<&mut [T]>,
    samples: usize,
    fresh: bool,
) {
    if fresh {
        dw.fill(T::zero());
    }
    for sample in 0..samples {
        for o in 0..window.output[0] {
            let Some(dy) = dy.get(window.output_plane(sample, o)) else { return };
            for (i, k, at) in window.numbers(o) {
                let (Some(dw), Some(x)) = (dw.get_mut(at), x.get(window.input_plane(sample, i))) else {
                    return;
                };
                let mut sum = *dw;
                window.rows(k, |to, from| {
                    let (Some(dy), Some(x)) = (dy.get(to), x.get(from..)) else { return };
                    for (&dy, &x) in dy.iter().zip(x.iter().step_by(window.stride[1].max(1))) {
                        sum += dy * x;
                    }
                });
                *dw = sum;
            }
        }
    }
    if let Some(db) = db {
        conv_grad_bias(window, dy, db, fresh);
    }
}

/// The gradient of the bias: sums over the planes of a channel, in all samples.
pub(super) fn conv_grad_bias<T: Real>(window: &Window, dy: &[T], db: &mut [T], fresh: bool) {
    if fresh {
        db.fill(T::zero());
    }
    let plane = (window.output[1] * window.output[2]).max(1);
    for dy in dy.chunks_exact((plane * window.output[0]).max(1)) {
        let mut planes = dy.chunks_exact((4 * plane).max(1));
        let (db4, rest) = db.as_chunks_mut();
        for ([a, b, c, d], dy) in db4.iter_mut().zip(&mut planes) {
            let (dy, cd) = dy.split_at_checked(2 * plane).unwrap_or_default();
            let (dy_a, dy_b) = dy.split_at_checked(plane).unwrap_or_default();
            let (dy_c, dy_d) = cd.split_at_checked(plane).unwrap_or_default();
            // side by side: one sum alone would wait for each number
            for (((&dy_a, &dy_b), &dy_c), &dy_d) in dy_a.iter().zip(dy_b).zip(dy_c).zip(dy_d) {
                (*a, *b, *c, *d) = (*a + dy_a, *b + dy_b, *c + dy_c, *d + dy_d);
            }
        }
        for (db, dy) in rest.iter_mut().zip(planes.remainder().chunks_exact(plane)) {
            dy.iter().for_each(|&dy| *db += dy);
        }
    }
}

impl Window {
    /// Where a channel of the input is.
    pub(super) fn input_plane(&self, sample: usize, channel: usize) -> Range<usize> {
        plane(self.input, sample, channel)
    }

    /// Where a channel of the output is.
    pub(super) fn output_plane(&self, sample: usize, channel: usize) -> Range<usize> {
        plane(self.output, sample, channel)
    }

    /// The numbers that output channel `o` is made of, in the order of the sum: the channel of the input, the place in the window,
    /// and that of the weight.
    fn numbers(&self, o: usize) -> impl Iterator<Item = (usize, [usize; 2], usize)> {
        let (groups, [outputs, ..], [rows, columns]) = (self.groups.max(1), self.output, self.kernel);
        let inputs = self.input[0] / groups;
        let first = o / (outputs / groups).max(1) * inputs;
        let places = (0..rows).flat_map(move |ky| (0..columns).map(move |kx| [ky, kx]));
        (0..inputs).flat_map(move |i| {
            places
                .clone()
                .map(move |k| (first + i, k, o + outputs * (k[0] * columns + k[1] + rows * columns * i)))
        })
    }

    /// Calls `f` for each row of an output plane with the places whose number `k` of the window is inside of the input, and with
    /// the place in the input plane that the first of them sees.
    #[inline(always)]
    fn rows(&self, k: [usize; 2], mut f: impl FnMut(Range<usize>, usize)) {
        let columns = self.inside(1, k[1]);
        if columns.is_empty() {
            return;
        }
        for oy in self.inside(0, k[0]) {
            let seen = |axis: usize, at: usize| {
                (at * self.stride[axis] + k[axis] * self.dilation[axis]).wrapping_sub(self.pad[axis])
            };
            let row = oy * self.output[2];
            f(row + columns.start..row + columns.end, seen(0, oy) * self.input[2] + seen(1, columns.start));
        }
    }
}

fn plane([c, h, w]: [usize; 3], sample: usize, channel: usize) -> Range<usize> {
    let at = (sample * c + channel) * h * w;
    at..at + h * w
}
