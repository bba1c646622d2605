//! From scores to weights that sum to one, and back, for some queries at a time.
//!
//! Sums are split in a fixed way: the bits are the same for every instruction set.

use super::super::checked::part_mut;
use super::super::isa::versions;
use super::super::{Isa, lanes};
use crate::{Real, math};

/// Scores of some queries: a column for each of them, with a number for every key.
#[derive(Clone, Copy, Debug)]
pub struct Scores<T> {
    /// Keys of a column.
    pub(super) seen: usize,
    /// How many of these the first query looks at; each further query looks at one more. `None` if all look at all.
    pub(super) visible: Option<usize>,
    pub(super) scale: T,
}

impl<T: Real> Scores<T> {
    /// All queries look at all `keys`.
    pub(crate) fn of_all(keys: usize) -> Self {
        Scores { seen: keys, visible: None, scale: T::one() }
    }
}

/// Weights of one scalar.
pub trait Weigh: Sized {
    /// Scores become weights, in place: softmax of `scale` times the visible ones, zero for the others.
    fn weigh(isa: Isa, how: Scores<Self>, scores: &mut [Self]);
    /// Derivatives by weights become those by scores, in place: `ds = scale p (dp − Σ p dp)`.
    fn weigh_back(isa: Isa, how: Scores<Self>, weights: &[Self], d: &mut [Self]);
}

impl Weigh for f64 {
    fn weigh(_: Isa, how: Scores<f64>, scores: &mut [f64]) {
        forward(how, scores);
    }
    fn weigh_back(_: Isa, how: Scores<f64>, weights: &[f64], d: &mut [f64]) {
        backward(how, weights, d);
    }
}

impl Weigh for f32 {
    fn weigh(isa: Isa, how: Scores<f32>, scores: &mut [f32]) {
        forward_f32(isa, how, scores);
    }
    fn weigh_back(isa: Isa, how: Scores<f32>, weights: &[f32], d: &mut [f32]) {
        backward_f32(isa, how, weights, d);
    }
}

versions! {
    fn forward_f32(how: Scores<f32>, scores: &mut [f32]) {
        forward(how, scores);
    }
    fn backward_f32(how: Scores<f32>, weights: &[f32], d: &mut [f32]) {
        backward(how, weights, d);
    }
}

#[inline(always)]
fn forward<T: Real>(how: Scores<T>, scores: &mut [T]) {
    let seen = how.seen.max(1); // of no keys there are no scores
    let visible = |i: usize| how.visible.map_or(seen, |visible| seen.min(visible + i));
    // what is not seen takes part until the sum: whole vectors are faster, and numbers near zero are slow; it is set for all
    // columns at once, for vectors that are read right behind would wait
    for (i, scores) in scores.chunks_exact_mut(seen).enumerate() {
        let Some(&some) = scores.first() else { continue };
        part_mut(scores, visible(i)..seen).fill(some);
    }
    for scores in scores.chunks_exact_mut(seen) {
        let largest = lanes::largest(scores);
        for score in scores {
            *score = how.scale * (*score - largest);
        }
    }
    // one long loop, whatever the number of keys
    for score in &mut *scores {
        *score = math::exp(*score);
    }
    for (i, weights) in scores.chunks_exact_mut(seen).enumerate() {
        part_mut(weights, visible(i)..seen).fill(T::zero());
    }
    for weights in scores.chunks_exact_mut(seen) {
        let factor = lanes::sum(weights, |w| w).recip();
        for weight in weights {
            *weight *= factor;
        }
    }
}

#[inline(always)]
fn backward<T: Real>(how: Scores<T>, weights: &[T], d: &mut [T]) {
    let seen = how.seen.max(1);
    for (p, d) in weights.chunks_exact(seen).zip(d.chunks_exact_mut(seen)) {
        let along = lanes::dot(p, d);
        for (d, &p) in d.iter_mut().zip(p) {
            *d = how.scale * p * (*d - along);
        }
    }
}
