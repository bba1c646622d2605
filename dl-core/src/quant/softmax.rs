//! Softmax in integers.

use core::mem::offset_of;

use super::layer::{At, Int8Layer, Quantize};
use super::{Affine, Writer};
use crate::Blank;
use crate::kernels::int8::{self, Exponent, Factor};
use crate::layers::Softmax;

/// [`Softmax`] in integers: [`Affine::PROBABILITIES`].
///
/// ```
/// use dl_core::kernels::int8::Exponent;
/// use dl_core::quant::{Affine, Int8Layer, SoftmaxInt8};
///
/// let (softmax, mut y) = (SoftmaxInt8::<3> { exponent: Exponent::of(0.1) }, [0; 3]);
/// softmax.forward(&[10, 10, -128], &mut y, &mut ());
/// assert_eq!(y.map(|q| Affine::PROBABILITIES.dequantize(q)), [0.5, 0.5, 0.0]);
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct SoftmaxInt8<const N: usize> {
    /// How scores become exponents.
    pub exponent: Exponent,
}

impl<const N: usize> Int8Layer for SoftmaxInt8<N> {
    type Work = ();
    type Spare<const M: usize> = [i8; M];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        for (x, y) in x.chunks_exact(N).zip(y.chunks_exact_mut(N)) {
            int8::softmax(self.exponent, x, y);
        }
    }

    fn write(&self, at: usize, to: &mut Writer<'_>) {
        let at = at + offset_of!(Self, exponent);
        to.factor(at + offset_of!(Exponent, factor), self.exponent.factor);
        to.i32s(at + offset_of!(Exponent, least), &[self.exponent.least]);
    }
}

impl<const N: usize, const X: usize> Quantize<X, X> for Softmax<N> {
    type Int8 = SoftmaxInt8<N>;
    type Values = ();

    fn quantize(&self, int8: &mut SoftmaxInt8<N>, at: At, _: &mut ()) -> Affine {
        int8.exponent = Exponent::of(at.x.scale);
        Affine::PROBABILITIES
    }
}

impl<const N: usize> Blank for SoftmaxInt8<N> {
    const ZERO: Self =
        SoftmaxInt8 { exponent: Exponent { factor: Factor { numerator: 0, shift: 0 }, least: 0 } };
}
