//! Functions of one integer, as tables.

use super::{Affine, Writer, affine::round};
use crate::kernels::map::Known;
use crate::{Blank, Pointwise};

/// An activation in integers: the value at each of the 256 integers.
///
/// ```
/// use dl_core::layers::Tanh;
/// use dl_core::quant::{Affine, TableInt8};
/// use dl_core::Blank;
///
/// let mut table = TableInt8::ZERO;
/// let tenths = Affine { scale: 0.1, zero_point: 0 };
/// assert_eq!(table.fill::<Tanh>(tenths, Affine::ZERO), Affine::SIGNED); // a tanh has a range of its own
/// let mut y = [0, 10, -10, 100];
/// table.apply(&mut y);
/// assert_eq!(y, [0, 97, -97, 127]); // 128 tanh 1 = 97.5
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct TableInt8 {
    /// The value at 0, 1, .., 127, −128, .., −1.
    pub values: [i8; 256],
}

impl TableInt8 {
    /// Tabulates `F`, from integers that stand for `x` to such that stand for `y`, or for what suits the function better.
    pub fn fill<F: Pointwise<f64>>(&mut self, x: Affine, y: Affine) -> Affine {
        let y = match F::KNOWN {
            Some(Known::Sigmoid | Known::HardSigmoid) => Affine::PROBABILITIES,
            Some(Known::Tanh | Known::HardTanh) => Affine::SIGNED,
            _ => y,
        };
        let per_unit = 1.0 / y.scale;
        for q in i8::MIN..=i8::MAX {
            // in single precision as LiteRT does it, but for the function
            let value = F::f(x.dequantize(q) as f64) as f32;
            let steps = round((value * per_unit).clamp(-1e9, 1e9) as f64);
            self.values[q as u8 as usize] = (steps + y.zero_point as i32).clamp(-128, 127) as i8;
        }
        y
    }

    /// Writes its numbers: see [`Int8Layer::write`](super::Int8Layer::write).
    pub fn write(&self, at: usize, to: &mut Writer<'_>) {
        to.i8s(at, &self.values);
    }

    /// `y ← f(y)`
    pub fn apply(&self, y: &mut [i8]) {
        for y in y {
            *y = self.values[*y as u8 as usize];
        }
    }

    /// `y = f(x)`
    pub fn forward(&self, x: &[i8], y: &mut [i8]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = self.values[*x as u8 as usize];
        }
    }
}

impl Blank for TableInt8 {
    const ZERO: Self = TableInt8 { values: [0; 256] };
}
