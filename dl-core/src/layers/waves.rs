//! Sines and cosines of positions, each pair of numbers with a wavelength of its own.

use crate::{Real, math};

/// Calls `f` with `(step, pair, sin, cos)` of the angle `step / 10000^(2 pair / width)`, for all pairs of `width` numbers; the
/// last one may be half.
///
/// One step's turn is computed, and repeated in double precision: the error grows by one rounding a step.
pub(super) fn waves<T: Real>(steps: usize, width: usize, mut f: impl FnMut(usize, usize, T, T)) {
    for pair in 0..width.div_ceil(2) {
        let angle = math::exp(-math::ln(10_000.0_f64) * (2 * pair) as f64 / width as f64);
        let (by_sin, by_cos) = (math::sin(angle), math::cos(angle));
        let (mut sin, mut cos) = (0.0, 1.0);
        for step in 0..steps {
            f(step, pair, T::of(sin), T::of(cos));
            (sin, cos) = (sin * by_cos + cos * by_sin, cos * by_cos - sin * by_sin);
        }
    }
}

/// `(sin, cos)` of all pairs at one step, side by side.
pub(super) fn wave_at<T: Real>(step: u32, numbers: &mut [T]) {
    let width = numbers.len();
    for (pair, numbers) in numbers.chunks_mut(2).enumerate() {
        let angle = f64::from(step) * math::exp(-math::ln(10_000.0_f64) * (2 * pair) as f64 / width as f64);
        numbers[0] = T::of(math::sin(angle));
        if let Some(number) = numbers.get_mut(1) {
            *number = T::of(math::cos(angle));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_turns_stay_close_to_sines_and_cosines() {
        let mut last = [[0.0; 2]; 3];
        waves(5000, 5, |step, pair, sin: f64, cos| {
            if step == 4999 {
                last[pair] = [sin, cos];
            }
        });
        for (pair, [sin, cos]) in last.into_iter().enumerate() {
            let angle = 4999.0 * math::exp(-math::ln(10_000.0_f64) * 2.0 * pair as f64 / 5.0);
            assert!(
                (sin - math::sin(angle)).abs() < 1e-11 && (cos - math::cos(angle)).abs() < 1e-11,
                "{pair}"
            );
        }
    }
}
