//! Choosing the next token from a model's scores.

use crate::metrics::argmax;
use crate::{Real, Rng, math};

/// How the next token is drawn from the scores of a language model, without heap.
///
/// The scores (logits) are divided by `temperature`; of the tokens with the `top_k` highest, the fewest that hold the
/// probability `top_p` remain; one of them is drawn by its probability. Of equal scores those of the first tokens are the
/// higher. A score that is NaN is never drawn, nor is one of −∞.
///
/// ```
/// use dl_core::{Rng, Sampler};
///
/// let logits = [0.1_f32, 2.0, -1.0, 1.9];
/// let mut rng = Rng::new(0);
/// assert_eq!(Sampler::GREEDY.pick(&logits, &mut rng), Some(1));
///
/// let sampler = Sampler { temperature: 0.8, top_k: Some(2), ..Sampler::DEFAULT };
/// assert!((0..100).all(|_| [Some(1), Some(3)].contains(&sampler.pick(&logits, &mut rng))));
/// ```
///
/// Holtzman, Buys, Du, Forbes, Choi: *The curious case of neural text degeneration* (2020), for `top_p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// Above 1 more is dared, below 1 less; at 0 the highest score wins.
    pub temperature: f64,
    /// Only that many tokens with the highest scores, at least one.
    pub top_k: Option<usize>,
    /// Only the fewest tokens whose probabilities add up to at least this, at least one.
    #[doc(alias = "nucleus")]
    pub top_p: Option<f64>,
}

impl Sampler {
    /// Draws by the model's own probabilities.
    ///
    /// ```
    /// use dl_core::Sampler;
    ///
    /// let sampler = Sampler { top_p: Some(0.9), ..Sampler::DEFAULT };
    /// assert_eq!((sampler.temperature, sampler.top_k), (1.0, None));
    /// ```
    pub const DEFAULT: Self = Sampler { temperature: 1.0, top_k: None, top_p: None };

    /// Takes the highest score.
    ///
    /// ```
    /// use dl_core::{Rng, Sampler};
    ///
    /// assert_eq!(Sampler::GREEDY.pick(&[0.0, 3.0, 3.0], &mut Rng::new(7)), Some(1));
    /// ```
    pub const GREEDY: Self = Sampler { temperature: 0.0, ..Self::DEFAULT };

    /// The next token, as a place in `logits`; `None` if none of them is a number.
    ///
    /// ```
    /// use dl_core::{Rng, Sampler};
    ///
    /// let mut rng = Rng::new(0);
    /// let drawn = [(); 1000].map(|()| Sampler::DEFAULT.pick(&[0.0_f32, 1.0986123], &mut rng)); // 1 to 3
    /// let ones = drawn.iter().filter(|token| **token == Some(1)).count();
    /// assert!((700..800).contains(&ones));
    /// assert_eq!(Sampler::DEFAULT.pick(&[f32::NAN], &mut rng), None);
    /// ```
    pub fn pick<T: Real>(&self, logits: &[T], rng: &mut Rng) -> Option<usize> {
        let best = argmax(logits)?;
        let max = logits[best].to_f64();
        // a negative temperature, and one that is no number, dares nothing
        let by_chance = self.temperature > 0.0 && max.is_finite();
        if !by_chance {
            return Some(best);
        }
        let scores = Scores { logits, max, temperature: self.temperature };
        let mut kept = Kept::ALL;
        if let Some(k) = self.top_k {
            kept = scores.highest(k.max(1));
        }
        if let Some(p) = self.top_p
            && p < 1.0
        {
            kept = scores.nucleus(p, kept);
        }
        let total: f64 = scores.kept(kept).map(|(_, weight)| weight).sum();
        let (mut left, mut last) = (rng.uniform() * total, best);
        for (token, weight) in scores.kept(kept).filter(|(_, weight)| *weight > 0.0) {
            last = token;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        Some(last)
    }
}

impl Default for Sampler {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Which scores remain: all above the key `least`, and the first `ties` of those that have it.
///
/// To find them by sorting would need memory; a score's key has 32 bits, so 32 passes find any limit.
#[derive(Clone, Copy)]
struct Kept {
    least: u32,
    ties: usize,
}

impl Kept {
    /// Every number.
    const ALL: Kept = Kept { least: key(f32::NEG_INFINITY), ties: usize::MAX };
}

/// Keys are ordered as the numbers are, NaN below all.
const fn key(x: f32) -> u32 {
    let bits = (x + 0.0).to_bits(); // one zero
    if x.is_nan() {
        0
    } else if x.is_sign_negative() && x != 0.0 {
        !bits
    } else {
        bits | 1 << 31
    }
}

struct Scores<'a, T> {
    logits: &'a [T],
    max: f64,
    temperature: f64,
}

impl<T: Real> Scores<'_, T> {
    fn keys(&self) -> impl Iterator<Item = u32> {
        self.logits.iter().map(|z| key(z.to_f64() as f32))
    }

    fn top(&self) -> u32 {
        key(self.max as f32)
    }

    /// What a score weighs: its probability, over that of the highest.
    fn weight(&self, z: T) -> f64 {
        f64::from(math::exp(((z.to_f64() - self.max) / self.temperature) as f32))
    }

    /// Tokens and weights of what remains.
    fn kept(&self, kept: Kept) -> impl Iterator<Item = (usize, f64)> {
        let mut ties = kept.ties;
        self.keys().enumerate().filter_map(move |(token, key)| {
            let mut keep = key > kept.least;
            if key == kept.least && ties > 0 {
                ties -= 1;
                keep = true;
            }
            keep.then(|| (token, self.weight(self.logits[token])))
        })
    }

    /// The `k` highest.
    fn highest(&self, k: usize) -> Kept {
        let (mut low, mut high) = (Kept::ALL.least, self.top() + 1); // not so many are at least `high`
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.keys().filter(|key| *key >= middle).count() >= k { low = middle } else { high = middle }
        }
        Kept { least: low, ties: k - self.keys().filter(|key| *key > low).count() }
    }

    /// Of what remains, the fewest that hold the part `p`.
    fn nucleus(&self, p: f64, of: Kept) -> Kept {
        let enough = p * self.kept(of).map(|(_, weight)| weight).sum::<f64>();
        let weights = || self.keys().zip(self.logits).map(|(key, z)| (key, *z));
        let (mut low, mut high) = (of.least, self.top() + 1);
        let mut held = 0.0; // by all that are at least `high`
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let between = weights().filter(|(key, _)| (middle..high).contains(key));
            let more: f64 = between.map(|(_, z)| self.weight(z)).sum();
            if held + more >= enough {
                low = middle;
            } else {
                (high, held) = (middle, held + more);
            }
        }
        let (mut ties, limit) = (0, if low == of.least { of.ties } else { usize::MAX });
        for (_, z) in weights().filter(|(key, _)| *key == low).take(limit) {
            if ties > 0 && held >= enough {
                break;
            }
            held += self.weight(z);
            ties += 1;
        }
        Kept { least: low, ties }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    /// The tokens that can be drawn, by sorting.
    fn sorted(sampler: &Sampler, logits: &[f64]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..logits.len()).collect();
        order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a])); // stable: of equals the first
        order.truncate(sampler.top_k.unwrap_or(usize::MAX).max(1));
        if let Some(p) = sampler.top_p {
            let weights: Vec<f64> = order.iter().map(|&i| (logits[i] / sampler.temperature).exp()).collect();
            let (total, mut held, mut n) = (weights.iter().sum::<f64>(), 0.0, 0);
            while n < order.len() && (n == 0 || held < p * total) {
                held += weights[n];
                n += 1;
            }
            order.truncate(n);
        }
        order.sort_unstable();
        order
    }

    fn possible(sampler: &Sampler, logits: &[f64]) -> Vec<usize> {
        let scores = Scores {
            logits,
            max: logits.iter().copied().fold(f64::MIN, f64::max),
            temperature: sampler.temperature,
        };
        let kept = sampler.top_k.map_or(Kept::ALL, |k| scores.highest(k.max(1)));
        let kept = sampler.top_p.map_or(kept, |p| scores.nucleus(p, kept));
        scores.kept(kept).map(|(token, _)| token).collect()
    }

    #[test]
    fn what_remains_is_what_sorting_would_leave_with_and_without_ties() {
        let mut rng = Rng::new(1);
        for round in 0..300 {
            let coarse = if round % 2 == 0 { 1.0 } else { 64.0 }; // whole numbers: many are equal
            let n = 1 + rng.below(20);
            let logits: Vec<f64> =
                (0..n).map(|_| (rng.normal() * 3.0 * coarse).round() / coarse - 2.0).collect();
            for (top_k, top_p) in [
                (None, Some(0.43)),
                (Some(1 + rng.below(22)), None),
                (Some(5), Some(0.77)),
                (Some(0), Some(0.0)),
            ] {
                let sampler = Sampler { temperature: 0.7, top_k, top_p };
                assert_eq!(possible(&sampler, &logits), sorted(&sampler, &logits), "{sampler:?} {logits:?}");
            }
        }
    }

    #[test]
    fn tokens_are_drawn_by_their_probabilities() {
        let (logits, mut rng) = ([0.0_f32, 1.0, f32::NEG_INFINITY, 2.0, f32::NAN], Rng::new(2));
        let sampler = Sampler { temperature: 2.0, ..Sampler::DEFAULT };
        let mut counts = [0; 5];
        for _ in 0..20_000 {
            counts[sampler.pick(&logits, &mut rng).unwrap()] += 1;
        }
        let weights = [0.0, 0.5, 1.0].map(f64::exp);
        let total: f64 = weights.iter().sum();
        for (count, weight) in [counts[0], counts[1], counts[3]].into_iter().zip(weights) {
            assert!((f64::from(count) / 20_000.0 - weight / total).abs() < 0.01, "{counts:?}");
        }
        assert_eq!((counts[2], counts[4]), (0, 0));
    }

    #[test]
    fn a_seed_repeats_what_is_drawn() {
        let logits = [0.3_f32; 50];
        let draw = |seed| {
            let mut rng = Rng::new(seed);
            [(); 20].map(|()| Sampler::DEFAULT.pick(&logits, &mut rng))
        };
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
    }

    #[test]
    fn without_warmth_or_with_an_infinite_score_the_highest_wins() {
        let mut rng = Rng::new(3);
        for temperature in [0.0, -1.0, f64::NAN, 1e-300] {
            let sampler = Sampler { temperature, ..Sampler::DEFAULT };
            assert_eq!(sampler.pick(&[1.0_f32, 1.5, -3.0], &mut rng), Some(1), "{temperature}");
        }
        assert_eq!(Sampler::DEFAULT.pick(&[0.0, f64::INFINITY], &mut rng), Some(1));
        assert_eq!(Sampler::DEFAULT.pick(&[f64::NEG_INFINITY; 2], &mut rng), Some(0));
        assert_eq!(Sampler::DEFAULT.pick::<f64>(&[], &mut rng), None);
    }

    #[test]
    fn keys_are_ordered_as_numbers_are() {
        let ordered = [f32::NAN, f32::NEG_INFINITY, -1.0, -1e-40, 0.0, 1e-40, 2.0, f32::INFINITY].map(key);
        assert!(ordered.is_sorted_by(|a, b| a < b), "{ordered:?}");
        assert_eq!(key(-0.0), key(0.0));
    }
}
