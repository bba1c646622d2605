//! Pairs of numbers, turned by the angles of their position.

use super::super::Isa;
use super::super::isa::versions;
use crate::Real;

/// Turns of one scalar.
pub trait Rotate: Sized {
    /// `(a, b)` becomes `(a cos − b sin, a sin + b cos)`, or with `back` the other way round; `turns` holds the sine and the
    /// cosine of every pair of a head.
    fn rotate(isa: Isa, turns: &[Self], heads: &mut [Self], back: bool);
}

impl Rotate for f64 {
    fn rotate(_: Isa, turns: &[f64], heads: &mut [f64], back: bool) {
        plain(turns, heads, back);
    }
}

impl Rotate for f32 {
    fn rotate(isa: Isa, turns: &[f32], heads: &mut [f32], back: bool) {
        rotate_f32(isa, turns, heads, back);
    }
}

versions! {
    fn rotate_f32(turns: &[f32], heads: &mut [f32], back: bool) {
        plain(turns, heads, back);
    }
}

#[inline(always)]
fn plain<T: Real>(turns: &[T], heads: &mut [T], back: bool) {
    let sign = if back { -T::one() } else { T::one() };
    for head in heads.chunks_exact_mut(turns.len().max(1)) {
        for (pair, turn) in head.as_chunks_mut::<2>().0.iter_mut().zip(turns.as_chunks::<2>().0) {
            let ([a, b], [sin, cos]) = (*pair, [sign * turn[0], turn[1]]);
            *pair = [a * cos - b * sin, a * sin + b * cos];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_turn_and_turn_back() {
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0_f32];
        for isa in Isa::all() {
            let mut turned = numbers;
            // by a quarter, and not at all; two heads
            f32::rotate(isa, &[1.0, 0.0, 0.0, 1.0], &mut turned, false);
            assert_eq!(turned, [-2.0, 1.0, 3.0, 4.0, -6.0, 5.0, 7.0, 8.0]);
            f32::rotate(isa, &[1.0, 0.0, 0.0, 1.0], &mut turned, true);
            assert_eq!(turned, numbers);
        }
    }
}
