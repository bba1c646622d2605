//! Layers that stay in floats, between integers.

use core::mem::offset_of;

use nalgebra::SVector;

use super::{Affine, At, Int8Layer, Writer};
use crate::{Blank, Layer, Pass, Vals, params};

/// A layer that is computed with floats, in a network of integers: those that have no form of their own, and your own.
///
/// ```
/// use dl_core::layers::Gelu;
/// use dl_core::quant::{Affine, At, Int8Layer, KeepF32, Method};
/// use dl_core::Blank;
///
/// let (x, y) = (Affine { scale: 0.1, zero_point: 0 }, Affine { scale: 0.01, zero_point: -100 });
/// let mut kept = KeepF32::<Gelu, 2, 2>::ZERO;
/// kept.fill(&Gelu, At { x, y, relu: false, pixels: [1, 1], method: Method::MinMax });
/// let mut y = [0; 2];
/// kept.forward(&[10, -100], &mut y, &mut Blank::ZERO);
/// assert_eq!(y, [-16, -100]); // 0.84 and 0
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct KeepF32<L, const X: usize, const Y: usize> {
    /// The layer.
    pub layer: L,
    /// What comes in stands for.
    pub x: Affine,
    /// What goes out stands for.
    pub y: Affine,
    /// Pixels of the images that come in and go out.
    pub pixels: [u32; 2],
}

/// The floats of a [`KeepF32`], and the scratch memory of its layer.
#[derive(Debug)]
#[repr(C)]
pub struct KeepF32Work<W, const X: usize, const Y: usize> {
    work: W,
    x: SVector<f32, X>,
    y: SVector<f32, Y>,
}

impl<L: Layer<f32, Vals<X>, Vals<Y>>, const X: usize, const Y: usize> KeepF32<L, X, Y> {
    /// Takes over a layer.
    pub fn fill(&mut self, layer: &L, at: At) -> Affine {
        params::copy(&mut self.layer, layer);
        (self.x, self.y, self.pixels) = (at.x, at.y, at.pixels.map(|pixels| pixels as u32));
        at.y
    }
}

impl<L: Layer<f32, Vals<X>, Vals<Y>>, const X: usize, const Y: usize> Int8Layer for KeepF32<L, X, Y> {
    type Work = KeepF32Work<L::Work<1>, X, Y>;
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], work: &mut Self::Work) {
        let [x_pixels, y_pixels] = self.pixels.map(|pixels| pixels as usize);
        self.x.dequantize_all(x, x_pixels, work.x.as_mut_slice());
        self.layer.forward(&work.x, &mut work.y, None, &mut work.work, Pass::infer());
        self.y.quantize_all(work.y.as_slice(), y_pixels, y);
    }

    fn write(&self, at: usize, to: &mut Writer<'_>) {
        to.bytes(at + offset_of!(Self, layer), crate::place::bytes(&self.layer));
        to.affine(at + offset_of!(Self, x), self.x);
        to.affine(at + offset_of!(Self, y), self.y);
        let [x, y] = self.pixels;
        to.u32(at + offset_of!(Self, pixels), x);
        to.u32(at + offset_of!(Self, pixels) + 4, y);
    }
}

impl<L: Blank, const X: usize, const Y: usize> Blank for KeepF32<L, X, Y> {
    const ZERO: Self = KeepF32 { layer: Blank::ZERO, x: Affine::ZERO, y: Affine::ZERO, pixels: [0; 2] };
}

impl<W: Blank, const X: usize, const Y: usize> Blank for KeepF32Work<W, X, Y> {
    const ZERO: Self = KeepF32Work { work: Blank::ZERO, x: Blank::ZERO, y: Blank::ZERO };
}
