//! Layers that do nothing in inference.

use super::layer::{At, Int8Layer, Quantize};
use super::{Affine, Writer};
use crate::Blank;
use crate::layers::{Dropout, Dropout2d, FakeQuantize};

/// [`Dropout`], [`Dropout2d`] and [`FakeQuantize`] in integers: everything passes.
///
/// ```
/// use dl_core::quant::{Int8Layer, SameInt8};
///
/// let mut y = [0; 2];
/// SameInt8.forward(&[3, -4], &mut y, &mut ());
/// assert_eq!(y, [3, -4]);
/// ```
#[derive(Clone, Debug)]
pub struct SameInt8;

impl Int8Layer for SameInt8 {
    type Work = ();
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = *x;
        }
    }

    fn write(&self, _: usize, _: &mut Writer<'_>) {}
}

impl<const NUM: u32, const DEN: u32, const X: usize> Quantize<X, X> for Dropout<NUM, DEN> {
    type Int8 = SameInt8;
    type Values = ();

    fn quantize(&self, _: &mut SameInt8, at: At, _: &mut ()) -> Affine {
        at.x
    }
}

impl<const NUM: u32, const DEN: u32, const RUN: usize, const X: usize> Quantize<X, X>
    for Dropout2d<NUM, DEN, RUN>
{
    type Int8 = SameInt8;
    type Values = ();

    fn quantize(&self, _: &mut SameInt8, at: At, _: &mut ()) -> Affine {
        at.x
    }
}

/// The layer before it has the range already.
impl<const X: usize> Quantize<X, X> for FakeQuantize<f32> {
    type Int8 = SameInt8;
    type Values = ();

    fn quantize(&self, _: &mut SameInt8, at: At, _: &mut ()) -> Affine {
        at.x
    }
}

impl Blank for SameInt8 {
    const ZERO: Self = SameInt8;
}
