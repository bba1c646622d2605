//! Whole networks of integers.

use super::value::Values;
use super::{Affine, Int8Layer, Quantize, Value};
use crate::{Blank, Network};

/// A network of integers: what `#[network(.., int8)]` makes of `Net` and calls `NetInt8`.
pub trait Int8Network<const X: usize, const Y: usize>: Int8Layer {
    /// The struct's name.
    const NAME: &'static str;
    /// Pixels of the image that comes in, and of the one that goes out; 1 for what is no image.
    const PIXELS: [usize; 2];

    /// What the integers that come in and go out stand for.
    fn ends(&self) -> [Affine; 2];

    /// The output for one input, both in floats and in PyTorch's order.
    ///
    /// An input that is there in integers goes to [`Int8Layer::forward`] at once.
    fn predict(&self, x: &[f32; X], y: &mut [f32; Y], memory: &mut Int8Memory<Self::Work, X, Y>) {
        let ([from, to], [x_pixels, y_pixels]) = (self.ends(), Self::PIXELS);
        from.quantize_all(x, x_pixels, &mut memory.x);
        self.forward(&memory.x, &mut memory.y, &mut memory.work);
        to.dequantize_all(&memory.y, y_pixels, y);
    }
}

/// All that [`Int8Network::predict`] needs: the input and the output in integers, and scratch memory.
#[derive(Debug)]
#[repr(C)]
pub struct Int8Memory<W, const X: usize, const Y: usize> {
    /// Scratch memory of [`Int8Layer::forward`].
    pub work: W,
    /// The input.
    pub x: [i8; X],
    /// The output.
    pub y: [i8; Y],
}

impl<W: Blank, const X: usize, const Y: usize> Blank for Int8Memory<W, X, Y> {
    const ZERO: Self = Int8Memory { work: Blank::ZERO, x: [0; X], y: [0; Y] };
}

/// A network of floats without batch norms that can be folded, which can become one of integers.
pub trait QuantizeNetwork<const X: usize, const Y: usize>:
    Network<Scalar = f32> + Quantize<X, Y, Int8: Int8Network<X, Y>, Values: Values>
{
    /// What is known about the input.
    fn input(values: &Self::Values) -> &Value;
}
