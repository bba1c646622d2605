//! Convolutions: a window moves over the rows and columns of maps.
//!
//! A sample is a contiguous column of `[c, h, w]`, `w` fastest; samples follow each other. A weight is column-major with the
//! output channel fastest, then the window's column and row, then the input channel of the group:
//! `w[o + OUT (kx + KW (ky + KH i))]`.

use core::ops::Range;

use super::Isa;

#[cfg(target_arch = "x86_64")]
mod depthwise;
mod f32;
#[cfg(target_arch = "x86_64")]
mod halved;
mod kernels;
mod lines;
#[cfg(target_arch = "x86_64")]
mod moved;
mod parts;
#[cfg(target_arch = "x86_64")]
mod phases;
#[cfg(target_arch = "x86_64")]
mod picked;
mod places;
mod plain;
mod runs;
#[cfg(target_arch = "x86_64")]
mod shifted;
#[cfg(target_arch = "x86_64")]
mod strided;
#[cfg(test)]
mod tests;
mod tile;
mod to_weight;
mod windows;

/// How the windows of a convolution lie. PyTorch's definition: output `o` of an axis sees the inputs
/// `o stride + k dilation - pad`, and zeros where these are outside.
///
/// Sizes say how far the padding goes at the bottom and to the right: it may differ from `pad`.
///
/// ```
/// use dl_core::kernels::conv::Window;
///
/// let window = Window { input: [1, 28, 28], output: [6, 24, 24], kernel: [5, 5], ..Window::ONE };
/// assert_eq!(window.weights(), 150);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Channels, rows and columns of a sample of the input.
    pub input: [usize; 3],
    /// Channels, rows and columns of a sample of the output.
    pub output: [usize; 3],
    /// Rows and columns of the window.
    pub kernel: [usize; 2],
    /// Rows and columns from one window to the next.
    pub stride: [usize; 2],
    /// Rows and columns from one number of the window to the next.
    pub dilation: [usize; 2],
    /// Zeros above and to the left of the input.
    pub pad: [usize; 2],
    /// Groups of channels that do not see each other; as many as channels make a depthwise convolution.
    pub groups: usize,
}

impl Window {
    /// One number in, one number out.
    pub const ONE: Window = Window {
        input: [1; 3],
        output: [1; 3],
        kernel: [1; 2],
        stride: [1; 2],
        dilation: [1; 2],
        pad: [0; 2],
        groups: 1,
    };

    /// Numbers of the weight.
    pub const fn weights(&self) -> usize {
        self.output[0] * (self.input[0] / self.groups) * self.taps()
    }

    /// Numbers of the window in one channel.
    const fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// The outputs of an axis (0 for rows, 1 for columns) whose number `k` of the window is inside of the input.
    pub(super) fn inside(&self, axis: usize, k: usize) -> Range<usize> {
        let (at, pad, stride) = (k * self.dilation[axis], self.pad[axis], self.stride[axis].max(1));
        let end = (self.input[axis + 1] + pad).saturating_sub(at).div_ceil(stride);
        let end = end.min(self.output[axis + 1]);
        pad.saturating_sub(at).div_ceil(stride).min(end)..end
    }

    /// Panics unless the sizes make a window and the slices have them: what is read and written without a check relies on it.
    ///
    /// Where the window is a constant it is a part of the caller, of which nothing is left.
    #[inline(always)]
    fn check<T>(&self, x: &[T], w: &[T], y: &[T], samples: usize) {
        assert!(self.is_sound(), "no window: {self:?}");
        assert!(self.is_even(), "{} groups of {:?} and {:?}", self.groups, self.input, self.output);
        assert!(
            self.counts(samples) == [x, w, y].map(|numbers| Some(numbers.len())),
            "{samples} samples of {self:?}: {} inputs, {} weights, {} outputs",
            x.len(),
            w.len(),
            y.len()
        );
    }

    /// Whether one sample has so many inputs, weights and outputs, and the sizes make a window.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn fits(&self, inputs: usize, weights: usize, outputs: usize) -> bool {
        self.is_sound() && self.is_even() && self.counts(1) == [inputs, weights, outputs].map(Some)
    }

    #[inline(always)]
    fn is_sound(&self) -> bool {
        let positive = [self.kernel, self.stride, self.dilation].as_flattened().iter().all(|&size| size > 0);
        positive && self.groups > 0 && self.spans_fit()
    }

    /// Whether the groups are of one size.
    #[inline(always)]
    fn is_even(&self) -> bool {
        self.input[0].is_multiple_of(self.groups) && self.output[0].is_multiple_of(self.groups)
    }

    /// Numbers of the input, the weight and the output.
    #[inline(always)]
    fn counts(&self, samples: usize) -> [Option<usize>; 3] {
        let numbers = |sizes: &[usize]| sizes.iter().try_fold(1_usize, |all, &size| all.checked_mul(size));
        let count = |size: [usize; 3]| numbers(&[samples, size[0], size[1], size[2]]);
        let channels = self.input[0] / self.groups;
        let weights = numbers(&[self.output[0], channels, self.kernel[0], self.kernel[1]]);
        [count(self.input), weights, count(self.output)]
    }

    /// Whether places are numbers, with all padding.
    fn spans_fit(&self) -> bool {
        [0, 1].into_iter().all(|axis| {
            let outputs = self.output[axis + 1].checked_mul(self.stride[axis]);
            let span = self.kernel[axis].checked_mul(self.dilation[axis]);
            let all = outputs.zip(span).and_then(|(outputs, span)| outputs.checked_add(span));
            let padded = self.input[axis + 1].checked_add(self.pad[axis]);
            all.zip(padded)
                .and_then(|(all, padded)| all.checked_add(padded))
                .is_some_and(|n| n <= isize::MAX as usize / size_of::<f64>())
        })
    }
}

/// The convolutions of one scalar, compiled in this crate.
///
/// `x` and `dx` are `samples` of [`Window::input`], `y` and `dy` as many of [`Window::output`], `w` and `dw` hold
/// [`Window::weights`] numbers. Panics where a slice has another size. A transposed convolution is
/// [`conv_grad_input`](Self::conv_grad_input) with input and output exchanged.
pub trait Convolutions: Sized {
    /// `y = w * x + bias`, of which nothing below zero with `relu`. Overwrites `y`.
    #[expect(clippy::too_many_arguments, reason = "the symbols of a formula")]
    fn conv(
        isa: Isa,
        window: &Window,
        w: &[Self],
        bias: Option<&[Self]>,
        x: &[Self],
        y: &mut [Self],
        samples: usize,
        relu: bool,
    );
    /// The gradient of the input. Overwrites `dx`.
    fn conv_grad_input(isa: Isa, window: &Window, w: &[Self], dy: &[Self], dx: &mut [Self], samples: usize);
    /// Adds the gradients of weight and bias, or overwrites what is `fresh`.
    #[expect(clippy::too_many_arguments, reason = "the symbols of a formula")]
    fn conv_grad_weight(
        isa: Isa,
        window: &Window,
        x: &[Self],
        dy: &[Self],
        dw: &mut [Self],
        db: Option<&mut [Self]>,
        samples: usize,
        fresh: bool,
    );
}

impl Convolutions for f64 {
    fn conv(
        _: Isa,
        window: &Window,
        w: &[f64],
        bias: Option<&[f64]>,
        x: &[f64],
        y: &mut [f64],
        samples: usize,
        relu: bool,
    ) {
        window.check(x, w, y, samples);
        assert!(bias.is_none_or(|bias| bias.len() == window.output[0]));
        plain::conv(window, w, bias, x, y, samples, relu);
    }
    fn conv_grad_input(_: Isa, window: &Window, w: &[f64], dy: &[f64], dx: &mut [f64], samples: usize) {
        window.check(dx, w, dy, samples);
        plain::conv_grad_input(window, w, dy, dx, samples);
    }
    fn conv_grad_weight(
        _: Isa,
        window: &Window,
        x: &[f64],
        dy: &[f64],
        dw: &mut [f64],
        db: Option<&mut [f64]>,
        samples: usize,
        fresh: bool,
    ) {
        window.check(x, dw, dy, samples);
        assert!(db.as_ref().is_none_or(|db| db.len() == window.output[0]));
        plain::conv_grad_weight(window, x, dy, dw, db, samples, fresh);
    }
}
