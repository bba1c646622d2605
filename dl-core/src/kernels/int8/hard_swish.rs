//! Hard swish, in fixed point of 16 bits.

use super::Factor;
use super::rescale::divide;

/// How numbers of one scale become `x min(max(x + 3, 0), 6) / 6` in steps of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HardSwish {
    /// From 1/128 of a step of the input to a step of the output.
    output: Short,
    /// From 1/128 of a step of the input to 3 · 2⁻¹⁵.
    gate: Short,
}

/// A factor with a numerator of 15 bits: `numerator 2^(shift − 15)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Short {
    numerator: i32,
    shift: i32,
}

impl Short {
    /// The nearest to `real`, if it is not too small for 16 bits.
    const fn of(real: f32) -> Option<Short> {
        let Factor { numerator, shift } = Factor::of(real as f64);
        if numerator == 0 || shift < -15 {
            return None;
        }
        let nearest = (numerator as i64 + (1 << 15)) >> 16;
        let numerator = if nearest > MOST { MOST as i32 } else { nearest as i32 };
        Some(Short { numerator, shift: shift as i32 })
    }
}

/// The largest number of 16 bits.
const MOST: i64 = i16::MAX as i64;

impl HardSwish {
    /// For an input and an output of these scales; nothing for those that LiteRT refuses, or whose bits do not suffice.
    pub const fn of(x: f32, y: f32) -> Option<HardSwish> {
        let fine = x / 128.0;
        match (Short::of(fine / y), Short::of(fine / (3.0 / 32768.0))) {
            (Some(output), Some(gate)) if output.shift <= 0 => Some(HardSwish { output, gate }),
            _ => None,
        }
    }

    /// The value in steps of the output, for a number of `steps` of the input, at most 255.
    ///
    /// ```
    /// use dl_core::kernels::int8::HardSwish;
    ///
    /// let tenths = HardSwish::of(0.1, 0.1).unwrap();
    /// assert_eq!([-40, -15, 0, 15, 40].map(|steps| tenths.steps(steps)), [0, -4, 0, 11, 40]); // ±1.5: 1.125 and −0.375
    /// ```
    pub const fn steps(&self, steps: i32) -> i32 {
        let fine = steps << 7;
        let gate = if self.gate.shift > 0 {
            let up = self.gate.shift as u32;
            narrow((high(narrow((fine as i64) << (up - 1)), self.gate.numerator) as i64) << 1)
        } else {
            divide(high(fine, self.gate.numerator), -self.gate.shift as u32)
        };
        let gate = (gate + (1 << 15)) >> 1; // from 0 to 1 in units of 2⁻¹⁵
        let y = gate * high(fine, self.output.numerator) / (1 << 15);
        divide(y, -self.output.shift as u32)
    }
}

/// `a b 2⁻¹⁵`, halves up.
const fn high(a: i32, b: i32) -> i32 {
    let product = a * b;
    let half = if product >= 0 { 1 << 14 } else { 1 - (1 << 14) };
    (product + half) / (1 << 15)
}

/// The nearest number of 16 bits.
const fn narrow(x: i64) -> i32 {
    if x > MOST {
        MOST as i32
    } else if x < -MOST - 1 {
        i16::MIN as i32
    } else {
        x as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_within_a_step_of_the_function() {
        for (x_scale, y_scale) in [(0.01, 0.01), (0.05, 0.04), (0.2, 0.1), (0.5, 0.5), (0.002, 0.001)] {
            let swish = HardSwish::of(x_scale, y_scale).unwrap();
            for steps in -255..256 {
                let x = steps as f32 * x_scale;
                let exact = x * (x + 3.0).clamp(0.0, 6.0) / 6.0 / y_scale;
                let error = swish.steps(steps) as f32 - exact;
                assert!(error.abs() < 1.0, "{steps} of {x_scale} to {y_scale}: {error}");
            }
        }
    }

    #[test]
    fn scales_that_are_too_far_apart_are_refused() {
        assert_eq!(HardSwish::of(1.0, 0.001), None);
        assert_eq!(HardSwish::of(1e-9, 1e-9), None);
    }
}
