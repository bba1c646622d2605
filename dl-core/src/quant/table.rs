//! Functions of one integer, as tables.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::{Affine, Writer, affine::round};
use crate::kernels::int8::{Factor, HardSwish, rescale};
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
        let fixed = Fixed::of::<F>(x, y);
        let per_unit = 1.0 / y.scale;
        for q in i8::MIN..=i8::MAX {
            let steps = match &fixed {
                Some(fixed) => fixed.steps(q as i32 - x.zero_point as i32),
                None => round((single::<F>(x.dequantize(q)) * per_unit).clamp(-1e9, 1e9) as f64),
            };
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

/// `F` in single precision, in the steps that LiteRT computes it in: at halves of an integer the last bit decides.
fn single<F: Pointwise<f64>>(x: f32) -> f32 {
    let double = |f: fn(f64) -> f64, x: f32| f(x as f64) as f32;
    match F::KNOWN {
        Some(Known::Sigmoid) => 1.0 / (1.0 + double(libm::exp, -x)),
        Some(Known::Gelu) => 0.5 * x * double(libm::erfc, -FRAC_1_SQRT_2 as f32 * x),
        Some(Known::GeluTanh) => {
            let slope = (FRAC_2_SQRT_PI * FRAC_1_SQRT_2) as f32;
            0.5 * x * (1.0 + double(libm::tanh, slope * (x + 0.044715 * x * x * x)))
        }
        _ => double(F::f, x),
    }
}

/// What LiteRT computes in fixed point, from steps of the input to steps of the output.
enum Fixed {
    /// Numbers below zero times the one, others times the other.
    Slopes([Factor; 2]),
    HardSwish(HardSwish),
}

impl Fixed {
    /// How `F` is computed; nothing for what LiteRT tabulates or has not, and for scales that are too far apart for it.
    fn of<F: Pointwise<f64>>(x: Affine, y: Affine) -> Option<Fixed> {
        if F::KNOWN == Some(Known::HardSwish) {
            return HardSwish::of(x.scale, y.scale).map(Fixed::HardSwish);
        }
        let factors = [F::SLOPE_BELOW?, 1.0].map(|slope| Factor::of((x.scale * slope / y.scale) as f64));
        // 255 steps may be shifted so far
        factors.iter().all(|factor| factor.shift <= 23).then_some(Fixed::Slopes(factors))
    }

    fn steps(&self, x: i32) -> i32 {
        match self {
            Fixed::Slopes([below, above]) => rescale(x, if x < 0 { *below } else { *above }),
            Fixed::HardSwish(swish) => swish.steps(x),
        }
    }
}

impl Blank for TableInt8 {
    const ZERO: Self = TableInt8 { values: [0; 256] };
}
