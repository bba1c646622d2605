//! Convolutions in integers, of images and of sequences.

use core::marker::PhantomData;
use core::mem::offset_of;

use super::layer::{At, Int8Layer, Quantize, bias, weight, weight_scale};
use super::{Affine, Writer};
use crate::Blank;
use crate::kernels::conv::Window;
use crate::kernels::int8::{self, Factor, Output, is_depthwise};
use crate::layers::{Conv1d, Conv2d};
use crate::options::Sliding;

/// [`Conv2d`], [`Depthwise2d`](crate::layers::Depthwise2d) or [`Conv1d`] in integers.
///
/// ```
/// use dl_core::options::{Image, Kernel, Slide};
/// use dl_core::quant::{Affine, At, ConvInt8, Int8Layer, Method};
/// use dl_core::Blank;
///
/// let whole = Affine { scale: 1.0, zero_point: 0 };
/// let at = At { x: whole, y: whole, relu: false, pixels: [3, 2], method: Method::MinMax };
/// let mut conv = ConvInt8::<Slide<Image<1, 1, 3>, Kernel<1, 2>>, 1, 2>::ZERO;
/// conv.set(0, |[_, _, column]| [-1, 1][column], 10, 1.0, at);
/// let mut y = [0; 2];
/// conv.forward(&[5, 7, 4], &mut y, &mut ());
/// assert_eq!(y, [12, 7]);
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct ConvInt8<S, const OUT: usize, const FAN: usize> {
    /// The biases, less what the input's zero adds.
    pub bias: [i32; OUT],
    /// What a sum is worth, in steps of the output: the numerator of a [`Factor`].
    pub numerator: [i32; OUT],
    /// Its shift.
    pub shift: [i8; OUT],
    /// The weights: `[OUT, KH, KW, C / G]`, or `[KH, KW, C]` of a depthwise convolution.
    pub weight: [[i8; FAN]; OUT],
    /// The integer that stands for 0 in the input.
    pub x_zero: i8,
    /// What an output may be.
    pub output: Output,
    sizes: PhantomData<S>,
}

impl<S: Sliding, const OUT: usize, const FAN: usize> ConvInt8<S, OUT, FAN> {
    const WINDOW: Window = crate::layers::window::<S>(OUT);

    /// Sets output channel `o`: its weights, by channel, row and column of the window, in steps of `scale`, and its bias in
    /// steps of `scale` and the input's.
    pub fn set(&mut self, o: usize, weight: impl Fn([usize; 3]) -> i8, bias: i32, scale: f32, at: At) {
        let [kh, kw] = S::KERNEL;
        let channels = S::IMAGE[0] / S::GROUPS;
        let mut sum = 0_i32;
        for tap in 0..kh * kw {
            for c in 0..channels {
                let w = weight([c, tap / kw, tap % kw]);
                let place = if is_depthwise(&Self::WINDOW) {
                    tap * OUT + o
                } else {
                    (o * kh * kw + tap) * channels + c
                };
                self.weight.as_flattened_mut()[place] = w;
                sum += w as i32;
            }
        }
        let factor = Factor::of(at.x.scale as f64 * scale as f64 / at.y.scale as f64);
        self.bias[o] = bias.wrapping_sub(sum.wrapping_mul(at.x.zero_point as i32));
        (self.numerator[o], self.shift[o]) = (factor.numerator, factor.shift);
        (self.x_zero, self.output) = (at.x.zero_point, at.output());
    }

    /// Sets all channels from floats: by the channel, and by the channel and the number of its window in PyTorch's order.
    fn set_all(&mut self, b: impl Fn(usize) -> f32, w: impl Fn(usize, usize) -> f32, at: At) -> Affine {
        let [kh, kw] = S::KERNEL;
        for o in 0..OUT {
            let largest = (0..FAN).fold(0.0_f32, |max, i| max.max(w(o, i).abs()));
            let scale = weight_scale(largest, b(o), at.x);
            let of = |[c, row, column]: [usize; 3]| weight(w(o, (c * kh + row) * kw + column), scale);
            self.set(o, of, bias(b(o), scale, at.x), scale, at);
        }
        at.y
    }
}

impl<S: Sliding, const OUT: usize, const FAN: usize> Int8Layer for ConvInt8<S, OUT, FAN> {
    type Work = ();
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        let Self { bias, numerator, shift, x_zero, output, .. } = self;
        let (window, weight) = (&Self::WINDOW, self.weight.as_flattened());
        let (x_zero, output) = (*x_zero, *output);
        int8::conv(&int8::Conv { window, weight, bias, numerator, shift, x_zero, output }, x, y);
    }

    fn write(&self, at: usize, to: &mut Writer<'_>) {
        to.i32s(at + offset_of!(Self, bias), &self.bias);
        to.i32s(at + offset_of!(Self, numerator), &self.numerator);
        to.i8s(at + offset_of!(Self, shift), &self.shift);
        to.i8s(at + offset_of!(Self, weight), self.weight.as_flattened());
        to.i8s(at + offset_of!(Self, x_zero), &[self.x_zero]);
        to.output(at + offset_of!(Self, output), self.output);
    }
}

impl<S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize, const X: usize, const Y: usize>
    Quantize<X, Y> for Conv2d<f32, S, OUT, FAN, BIAS>
{
    type Int8 = ConvInt8<S, OUT, FAN>;
    type Values = ();

    fn quantize(&self, int8: &mut Self::Int8, at: At, _: &mut ()) -> Affine {
        int8.set_all(|o| self.bias.get(o).copied().unwrap_or_default(), |o, i| self.weight[(o, i)], at)
    }
}

impl<S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize, const X: usize, const Y: usize>
    Quantize<X, Y> for Conv1d<f32, S, OUT, FAN, BIAS>
{
    type Int8 = ConvInt8<S, OUT, FAN>;
    type Values = ();

    fn quantize(&self, int8: &mut Self::Int8, at: At, _: &mut ()) -> Affine {
        // its windows lie step by step
        let (steps, features) = (S::KERNEL[0], S::IMAGE[0]);
        let w = |o, i| self.weight[(o, i % steps * features + i / steps)];
        int8.set_all(|o| self.bias.get(o).copied().unwrap_or_default(), w, at)
    }
}

impl<S, const OUT: usize, const FAN: usize> Blank for ConvInt8<S, OUT, FAN> {
    const ZERO: Self = ConvInt8 {
        bias: [0; OUT],
        numerator: [0; OUT],
        shift: [0; OUT],
        weight: [[0; FAN]; OUT],
        x_zero: 0,
        output: Output::ZERO,
        sizes: PhantomData,
    };
}
