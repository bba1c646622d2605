//! Sums in integers.

use core::mem::offset_of;

use super::layer::At;
use super::{Affine, Writer};
use crate::Blank;
use crate::kernels::int8::{self, Factor, Output, Sum};

/// `a + b` in integers, of values with scales of their own.
///
/// ```
/// use dl_core::quant::{AddInt8, Affine, At, Method};
/// use dl_core::Blank;
///
/// let [half, whole] = [0.5, 1.0].map(|scale| Affine { scale, zero_point: 0 });
/// let mut add = AddInt8::ZERO;
/// add.set(half, At { x: whole, y: whole, relu: false, pixels: [1, 1], method: Method::MinMax });
/// let mut y = [0];
/// add.forward(&[7], &[8], &mut y);
/// assert_eq!(y, [11]); // 7 + 8 / 2
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct AddInt8 {
    /// How both are taken to one scale.
    pub sum: Sum,
}

impl AddInt8 {
    /// For a first value that is `at.x`, a second one that is `b`, and a sum that is `at.y`.
    pub fn set(&mut self, b: Affine, at: At) -> Affine {
        let (factors, factor) = Sum::factors([at.x.scale, b.scale], at.y.scale);
        self.sum = Sum { zeros: [at.x.zero_point, b.zero_point], factors, factor, output: at.output() };
        at.y
    }

    /// Writes its numbers: see [`Int8Layer::write`](super::Int8Layer::write).
    pub fn write(&self, at: usize, to: &mut Writer<'_>) {
        let (at, sum) = (at + offset_of!(Self, sum), &self.sum);
        to.i8s(at + offset_of!(Sum, zeros), &sum.zeros);
        for (i, factor) in sum.factors.into_iter().enumerate() {
            to.factor(at + offset_of!(Sum, factors) + i * size_of::<Factor>(), factor);
        }
        to.factor(at + offset_of!(Sum, factor), sum.factor);
        to.output(at + offset_of!(Sum, output), sum.output);
    }

    /// `y = a + b`
    pub fn forward(&self, a: &[i8], b: &[i8], y: &mut [i8]) {
        int8::add(&self.sum, a, b, y);
    }
}

impl Blank for AddInt8 {
    const ZERO: Self = {
        let none = Factor { numerator: 0, shift: 0 };
        AddInt8 { sum: Sum { zeros: [0; 2], factors: [none; 2], factor: none, output: Output::ZERO } }
    };
}
