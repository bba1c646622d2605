//! Layers that do nothing in inference.

use super::Affine;
use super::layer::{At, Int8Layer, Quantize};
use crate::layers::{Dropout, Dropout2d};
use crate::Blank;

/// [`Dropout`] and [`Dropout2d`] in integers: everything passes.
#[derive(Clone, Debug)]
pub struct SameInt8;

impl Int8Layer for SameInt8 {
    type Work = ();

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = *x;
        }
    }
}

impl<const NUM: u32, const DEN: u32, const X: usize> Quantize<X, X> for Dropout<NUM, DEN> {
    type Int8 = SameInt8;
    type Values = ();

    fn quantize(&self, _: &mut SameInt8, at: At, _: &mut ()) -> Affine {
        at.x
    }
}

impl<const NUM: u32, const DEN: u32, const RUN: usize, const X: usize> Quantize<X, X> for Dropout2d<NUM, DEN, RUN> {
    type Int8 = SameInt8;
    type Values = ();

    fn quantize(&self, _: &mut SameInt8, at: At, _: &mut ()) -> Affine {
        at.x
    }
}

impl Blank for SameInt8 {
    const ZERO: Self = SameInt8;
}
