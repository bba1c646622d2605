//! Softmax in integers.

use super::Affine;
use super::layer::{At, Int8Layer, Quantize};
use crate::kernels::int8::{self, Exponent, Factor};
use crate::layers::Softmax;
use crate::Blank;

/// [`Softmax`] in integers: [`Affine::PROBABILITIES`].
#[derive(Clone, Debug)]
#[repr(C)]
pub struct SoftmaxInt8<const N: usize> {
    /// How scores become exponents.
    pub exponent: Exponent,
}

impl<const N: usize> Int8Layer for SoftmaxInt8<N> {
    type Work = ();

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        for (x, y) in x.chunks_exact(N).zip(y.chunks_exact_mut(N)) {
            int8::softmax(self.exponent, x, y);
        }
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
    const ZERO: Self = SoftmaxInt8 { exponent: Exponent { factor: Factor { numerator: 0, shift: 0 }, least: 0 } };
}
