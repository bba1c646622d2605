//! Layers that stay in floats, between integers.

use nalgebra::SVector;

use super::{Affine, At, Int8Layer};
use crate::{Blank, Layer, Pass, Vals, params};

/// A layer that is computed with floats, in a network of integers: those that have no form of their own, and your own.
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

    fn forward(&self, x: &[i8], y: &mut [i8], work: &mut Self::Work) {
        let [x_pixels, y_pixels] = self.pixels.map(|pixels| pixels as usize);
        self.x.dequantize_all(x, x_pixels, work.x.as_mut_slice());
        self.layer.forward(&work.x, &mut work.y, None, &mut work.work, Pass::infer());
        self.y.quantize_all(work.y.as_slice(), y_pixels, y);
    }
}

impl<L: Blank, const X: usize, const Y: usize> Blank for KeepF32<L, X, Y> {
    const ZERO: Self = KeepF32 { layer: Blank::ZERO, x: Affine::ZERO, y: Affine::ZERO, pixels: [0; 2] };
}

impl<W: Blank, const X: usize, const Y: usize> Blank for KeepF32Work<W, X, Y> {
    const ZERO: Self = KeepF32Work { work: Blank::ZERO, x: Blank::ZERO, y: Blank::ZERO };
}
