//! Dense layers in integers.

use core::mem::offset_of;

use super::layer::{At, Int8Layer, Quantize, bias, weight, weight_scale};
use super::{Affine, Writer, affine::places};
use crate::Blank;
use crate::kernels::int8::{self, Output};
use crate::layers::Dense;

/// [`Dense`] in integers.
///
/// ```
/// use dl_core::quant::{Affine, At, DenseInt8, Int8Layer, Method};
/// use dl_core::Blank;
///
/// let (x, y) = (Affine { scale: 0.5, zero_point: 1 }, Affine { scale: 1.0, zero_point: -1 });
/// let at = At { x, y, relu: true, pixels: [1, 1], method: Method::MinMax };
/// let mut dense = DenseInt8::<2, 1>::ZERO;
/// dense.set(0, &[3, -2], 8, 0.25, at); // weights 0.75 and −0.5, bias 1
/// let mut y = [0];
/// dense.forward(&[9, 5], &mut y, &mut ());
/// assert_eq!(y, [2]); // 0.75 · 4 − 0.5 · 2 + 1 = 3
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct DenseInt8<const IN: usize, const OUT: usize> {
    /// What a sum is worth, in steps of the output.
    pub scale: [f64; OUT],
    /// The biases, less what the input's zero adds.
    pub bias: [i32; OUT],
    /// The weights of each output.
    pub weight: [[i8; IN]; OUT],
    /// What an output may be.
    pub output: Output,
}

impl<const IN: usize, const OUT: usize> DenseInt8<IN, OUT> {
    /// Sets output `o`: its weights in steps of `scale`, and its bias in steps of `scale` and the input's.
    pub fn set(&mut self, o: usize, weight: &[i8; IN], bias: i32, scale: f32, at: At) {
        let sum: i32 = weight.iter().map(|w| *w as i32).sum();
        self.weight[o] = *weight;
        self.bias[o] = bias.wrapping_sub(sum.wrapping_mul(at.x.zero_point as i32));
        self.scale[o] = at.x.scale as f64 * scale as f64 / at.y.scale as f64;
        self.output = at.output();
    }
}

impl<const IN: usize, const OUT: usize> Int8Layer for DenseInt8<IN, OUT> {
    type Work = ();
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        let Self { scale, bias, weight, output } = self;
        int8::dense(&int8::Dense { weight: weight.as_flattened(), bias, scale, output: *output }, x, y);
    }

    fn write(&self, at: usize, to: &mut Writer<'_>) {
        to.f64s(at + offset_of!(Self, scale), &self.scale);
        to.i32s(at + offset_of!(Self, bias), &self.bias);
        to.i8s(at + offset_of!(Self, weight), self.weight.as_flattened());
        to.output(at + offset_of!(Self, output), self.output);
    }
}

impl<const IN: usize, const OUT: usize, const BIAS: usize, const X: usize, const Y: usize> Quantize<X, Y>
    for Dense<f32, IN, OUT, BIAS>
{
    type Int8 = DenseInt8<IN, OUT>;
    type Values = ();

    fn quantize(&self, int8: &mut DenseInt8<IN, OUT>, at: At, _: &mut ()) -> Affine {
        // of an image that is read as features, the channels lie side by side
        let pixels = if X == IN { at.pixels[0] } else { 1 };
        for o in 0..OUT {
            let largest = self.weight.row(o).amax();
            let b = self.bias.get(o).copied().unwrap_or_default();
            let scale = weight_scale(largest, b, at.x);
            let mut row = [0; IN];
            for (q, i) in row.iter_mut().zip(places(IN, pixels)) {
                *q = weight(self.weight[(o, i)], scale);
            }
            int8.set(o, &row, bias(b, scale, at.x), scale, at);
        }
        at.y
    }
}

impl<const IN: usize, const OUT: usize> Blank for DenseInt8<IN, OUT> {
    const ZERO: Self =
        DenseInt8 { scale: [0.0; OUT], bias: [0; OUT], weight: [[0; IN]; OUT], output: Output::ZERO };
}
