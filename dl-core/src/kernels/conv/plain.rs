//! Plain loops, right for every scalar and target: what the vector code is tested against, and the bits of the portable set.
//!
//! A sum runs in the order of its indices: over input channel, row and column of the window for `y` (after the bias), over
//! output channel, row and column of the window for `dx`, over sample, row and column of the output for `dw`. What lies
//! in the padding is left out.

use super::Window;
use crate::Real;

/// `y = w * x + bias`.
pub fn conv<T: Real>(
    window: &Window,
    w: &[T],
    bias: Option<&[T]>,
    x: &[T],
    y: &mut [T],
    samples: usize,
    relu: bool,
) {
    window.check(x, w, y, samples);
    for sample in 0..samples {
        for o in 0..window.output[0] {
            let y = &mut y[window.output_plane(sample, o)];
            y.fill(bias.map_or(T::zero(), |bias| bias[o] + T::zero())); // -0 becomes 0
            for i in 0..window.input[0] / window.groups {
                let x = &x[window.input_plane(sample, window.seen(o, i))];
                for k in 0..window.taps() {
                    let w = w[o + window.output[0] * (k + window.taps() * i)];
                    window.pairs(k, |to, from| y[to] += w * x[from]);
                }
            }
            if relu {
                y.iter_mut().for_each(|y| *y = if *y < T::zero() { T::zero() } else { *y });
            }
        }
    }
}

/// The gradient of the input.
pub fn conv_grad_input<T: Real>(window: &Window, w: &[T], dy: &[T], dx: &mut [T], samples: usize) {
    window.check(dx, w, dy, samples);
    dx.fill(T::zero());
    for sample in 0..samples {
        for o in 0..window.output[0] {
            let dy = &dy[window.output_plane(sample, o)];
            for i in 0..window.input[0] / window.groups {
                let dx = &mut dx[window.input_plane(sample, window.seen(o, i))];
                for k in 0..window.taps() {
                    let w = w[o + window.output[0] * (k + window.taps() * i)];
                    window.pairs(k, |from, to| dx[to] += w * dy[from]);
                }
            }
        }
    }
}

/// The gradients of weight and bias.
pub fn conv_grad_weight<T: Real>(
    window: &Window,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    db: Option<&mut [T]>,
    samples: usize,
    fresh: bool,
) {
    window.check(x, dw, dy, samples);
    if fresh {
        dw.fill(T::zero());
    }
    for sample in 0..samples {
        for o in 0..window.output[0] {
            let dy = &dy[window.output_plane(sample, o)];
            for i in 0..window.input[0] / window.groups {
                let x = &x[window.input_plane(sample, window.seen(o, i))];
                for k in 0..window.taps() {
                    let dw = &mut dw[o + window.output[0] * (k + window.taps() * i)];
                    let mut sum = *dw;
                    window.pairs(k, |to, from| sum += dy[to] * x[from]);
                    *dw = sum;
                }
            }
        }
    }
    if let Some(db) = db {
        conv_grad_bias(window, dy, db, fresh);
    }
}

/// The gradient of the bias: sums over the planes of a channel, in all samples.
pub fn conv_grad_bias<T: Real>(window: &Window, dy: &[T], db: &mut [T], fresh: bool) {
    if fresh {
        db.fill(T::zero());
    }
    let plane = window.output[1] * window.output[2];
    for dy in dy.chunks_exact(plane * window.output[0]) {
        let mut planes = dy.chunks_exact(4 * plane);
        let mut db4 = db.chunks_exact_mut(4);
        for (db, dy) in (&mut db4).zip(&mut planes) {
            // side by side: one sum alone would wait for each number
            for i in 0..plane {
                for (j, db) in db.iter_mut().enumerate() {
                    *db += dy[j * plane + i];
                }
            }
        }
        for (db, dy) in db4.into_remainder().iter_mut().zip(planes.remainder().chunks_exact(plane)) {
            dy.iter().for_each(|&dy| *db += dy);
        }
    }
}

impl Window {
    /// Where a channel of the input is.
    fn input_plane(&self, sample: usize, channel: usize) -> core::ops::Range<usize> {
        plane(self.input, sample, channel)
    }

    /// Where a channel of the output is.
    fn output_plane(&self, sample: usize, channel: usize) -> core::ops::Range<usize> {
        plane(self.output, sample, channel)
    }

    /// The input channel that is number `i` of those that output channel `o` sees.
    fn seen(&self, o: usize, i: usize) -> usize {
        let group = o / (self.output[0] / self.groups);
        group * (self.input[0] / self.groups) + i
    }

    /// Calls `f` with each place of an output plane whose number `k` of the window is inside of the input, and with the
    /// place in the input plane.
    #[inline(always)]
    fn pairs(&self, k: usize, mut f: impl FnMut(usize, usize)) {
        let (ky, kx) = (k / self.kernel[1], k % self.kernel[1]);
        let columns = self.inside(1, kx);
        for oy in self.inside(0, ky) {
            let iy = oy * self.stride[0] + ky * self.dilation[0] - self.pad[0];
            for ox in columns.clone() {
                let ix = ox * self.stride[1] + kx * self.dilation[1] - self.pad[1];
                f(oy * self.output[2] + ox, iy * self.input[2] + ix);
            }
        }
    }
}

fn plane([c, h, w]: [usize; 3], sample: usize, channel: usize) -> core::ops::Range<usize> {
    let at = (sample * c + channel) * h * w;
    at..at + h * w
}
