//! A shuffled order that needs no memory.
//!
//! Position to sample is a generalized Feistel permutation (Black, Rogaway: *Ciphers with arbitrary finite domains*,
//! 2002): a position is written as a pair `(l, r)` with `l < a`, `r < b`, `a b ≥ n`, and rounds add to each half, in
//! turn, a keyed random function of the other. A result that is not below `n` goes round again, which is rare
//! because `a b − n < √n + 1`.

use crate::Rng;

/// Six rounds mix large halves well; halves of a few values need more, or some places become likelier by some percent.
const ROUNDS: usize = 6;
const ROUNDS_OF_FEW: usize = 16;
const FEW: usize = 256;

/// The order of the samples in an epoch: a permutation of `0..n`, computed where it is asked for.
///
/// ```
/// use dl_core::{Rng, train::Order};
///
/// let order = Order::shuffled(5, Rng::new(1));
/// let mut samples = [0, 1, 2, 3, 4].map(|position| order.at(position));
/// samples.sort();
/// assert_eq!(samples, [0, 1, 2, 3, 4]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Order {
    n: u64,
    a: u64,
    b: u64,
    rounds: usize,
    keys: Option<[Rng; ROUNDS_OF_FEW]>,
}

impl Order {
    /// `0, 1, 2, ..., n - 1`
    ///
    /// ```
    /// assert_eq!(dl_core::train::Order::sequential(5).at(3), 3);
    /// ```
    pub const fn sequential(n: usize) -> Self {
        Order { n: n as u64, a: 1, b: 1, rounds: 0, keys: None }
    }

    /// A random order of `n` samples that follows from `rng`.
    ///
    /// ```
    /// use dl_core::{Rng, train::Order};
    ///
    /// let mut samples = [false; 5];
    /// (0..5).for_each(|position| samples[Order::shuffled(5, Rng::new(1)).at(position)] = true);
    /// assert_eq!(samples, [true; 5]);
    /// ```
    pub fn shuffled(n: usize, rng: Rng) -> Self {
        let rounds = if n < FEW { ROUNDS_OF_FEW } else { ROUNDS };
        let n = n as u64;
        let root = n.isqrt();
        let a = (root + u64::from(root * root < n)).max(1);
        let keys = core::array::from_fn(|round| rng.fork(round as u64));
        Order { n, a, b: n.div_ceil(a).max(1), rounds, keys: Some(keys) }
    }

    /// The sample at `position`. A position that is not below `n` is returned as it is.
    ///
    /// ```
    /// use dl_core::{Rng, train::Order};
    ///
    /// let order = Order::shuffled(5, Rng::new(1));
    /// assert!(order.at(0) < 5 && order.at(0) != order.at(1));
    /// assert_eq!(order.at(7), 7);
    /// ```
    #[inline]
    pub fn at(&self, position: usize) -> usize {
        let Some(keys) = &self.keys else { return position };
        if position as u64 >= self.n {
            return position;
        }
        let mut x = position as u64;
        loop {
            x = self.permute(&keys[..self.rounds], x);
            if x < self.n {
                return x as usize;
            }
        }
    }

    fn permute(&self, keys: &[Rng], x: u64) -> u64 {
        let (mut l, mut r) = (x / self.b, x % self.b);
        for pair in keys.chunks_exact(2) {
            l = add(l, pair[0], r, self.a);
            r = add(r, pair[1], l, self.b);
        }
        l * self.b + r
    }
}

/// `to + random(from)`, modulo `below`, which is at most 2³².
#[inline]
fn add(to: u64, key: Rng, from: u64, below: u64) -> u64 {
    let random = ((key.nth(from) >> 32) * below) >> 32;
    let sum = to + random;
    if sum >= below { sum - below } else { sum }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;

    use super::*;

    #[test]
    fn every_sample_comes_exactly_once() {
        for n in (0..200).chain([1000, 4095, 4096, 4097, 60_000, 1_000_003]) {
            for seed in 0..3 {
                let order = Order::shuffled(n, Rng::new(seed));
                let mut seen = vec![false; n];
                for position in 0..n {
                    let sample = order.at(position);
                    assert!(!seen[sample], "sample {sample} of {n} twice, seed {seed}");
                    seen[sample] = true;
                }
            }
        }
    }

    /// Pearson's statistic for equally likely cells, less its expectation, in standard deviations.
    fn excess(counts: &[u32]) -> f64 {
        let expected = counts.iter().sum::<u32>() as f64 / counts.len() as f64;
        let square: f64 =
            counts.iter().map(|&c| (c as f64 - expected) * (c as f64 - expected) / expected).sum();
        let degrees = (counts.len() - 1) as f64;
        (square - degrees) / (2.0 * degrees).sqrt()
    }

    #[test]
    fn every_sample_is_equally_likely_at_every_position_and_after_every_other() {
        for n in [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, FEW - 1, FEW] {
            let (mut places, mut pairs) = (vec![0; n * n], vec![0; n * n]);
            let runs = 8_000;
            for seed in 0..runs {
                let order = Order::shuffled(n, Rng::new(99).fork(seed));
                for position in 0..n {
                    places[position * n + order.at(position)] += 1;
                }
                for position in 1..n {
                    pairs[order.at(position - 1) * n + order.at(position)] += 1;
                }
            }
            for place in places.chunks(n) {
                assert!(excess(place) < 5.0, "n {n}: {place:?}");
            }
            let pairs: vec::Vec<u32> = (0..n * n).filter(|i| i / n != i % n).map(|i| pairs[i]).collect();
            // Pairs of one order are not independent of each other, so the bound is wider.
            assert!(excess(&pairs) < 8.0, "n {n}: {pairs:?}");
        }
    }

    #[test]
    fn neighbours_of_a_large_order_are_not_related() {
        let n = 10_000;
        let order = Order::shuffled(n, Rng::new(5));
        let mean = (n as f64 - 1.0) / 2.0;
        let (mut covariance, mut variance) = (0.0, 0.0);
        for position in 1..n {
            let (a, b) = (order.at(position - 1) as f64 - mean, order.at(position) as f64 - mean);
            covariance += a * b;
            variance += a * a;
        }
        assert!((covariance / variance).abs() < 0.04, "correlation {}", covariance / variance);
    }

    #[test]
    fn epochs_have_orders_of_their_own() {
        let [a, b] = [0, 1].map(|epoch| Order::shuffled(100, Rng::new(0).fork(epoch)));
        assert!((0..100).filter(|&i| a.at(i) == b.at(i)).count() < 10);
    }
}
