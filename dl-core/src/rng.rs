//! Seeded, counted random numbers: the same on every target, in any order, on any number of threads.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, 2014). One is
//! made for each purpose by [`Rng::fork`], so that no stream depends on how much another has drawn.

use crate::Real;
use crate::math;

/// A stream of random numbers, 8 bytes, `Copy`.
///
/// ```
/// use dl_core::Rng;
///
/// let mut rng = Rng::new(0);
/// assert_eq!(rng.next_u64(), 0xe220a8397b1dcdaf);
/// let mut order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/// Rng::new(0).shuffle(&mut order);
/// assert_eq!(order, [6, 3, 2, 9, 8, 1, 4, 7, 0, 5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rng {
    state: u64,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream of a seed.
    ///
    /// ```
    /// assert_eq!(dl_core::Rng::new(0).next_u64(), 0xe220a8397b1dcdaf);
    /// ```
    #[inline]
    pub const fn new(seed: u64) -> Self {
        Rng { state: seed }
    }

    /// A stream of its own for purpose `tag`; this one does not move.
    ///
    /// ```
    /// use dl_core::Rng;
    ///
    /// const WEIGHTS: u64 = 0;
    /// const ORDER: u64 = 1;
    /// let rng = Rng::new(7);
    /// assert_ne!(rng.fork(WEIGHTS), rng.fork(ORDER));
    /// assert_eq!(rng.fork(ORDER), Rng::new(7).fork(ORDER));
    /// ```
    #[inline]
    pub const fn fork(self, tag: u64) -> Self {
        Rng { state: mix(self.state.wrapping_add(mix(tag.wrapping_add(1).wrapping_mul(GOLDEN)))) }
    }

    /// The next 64 bits.
    ///
    /// ```
    /// let mut rng = dl_core::Rng::new(0);
    /// assert_eq!((rng.next_u64(), rng.next_u64()), (0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4));
    /// ```
    #[inline]
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// The next 32 bits.
    ///
    /// ```
    /// assert_eq!(dl_core::Rng::new(0).next_u32(), 0xe220a839);
    /// ```
    #[inline]
    pub const fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// The 64 bits that the stream gives after `n` others; this one does not move.
    #[inline]
    pub(crate) const fn nth(self, n: u64) -> u64 {
        mix(self.state.wrapping_add(n.wrapping_add(1).wrapping_mul(GOLDEN)))
    }

    /// A whole number below `n`: `next_u64() mod n`, as in the fixed splits of the reference results. 0 if `n` is 0.
    ///
    /// ```
    /// let mut rng = dl_core::Rng::new(0);
    /// assert_eq!([6, 6, 6].map(|n| rng.below(n)), [1, 0, 1]);
    /// ```
    #[inline]
    pub const fn below(&mut self, n: usize) -> usize {
        let next = self.next_u64();
        if n == 0 { 0 } else { (next % n as u64) as usize }
    }

    /// Uniform in `[0, 1)`, with 53 bits.
    ///
    /// ```
    /// assert_eq!(dl_core::Rng::new(0).uniform(), 0.8833108082136426);
    /// ```
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in `[low, high)`.
    ///
    /// ```
    /// let mut rng = dl_core::Rng::new(0);
    /// let x: f32 = rng.uniform_in(-2.0, 2.0);
    /// assert!((-2.0..2.0).contains(&x));
    /// ```
    #[inline]
    pub fn uniform_in<T: Real>(&mut self, low: f64, high: f64) -> T {
        T::of(low + (high - low) * self.uniform())
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller, 1958).
    ///
    /// ```
    /// let mut rng = dl_core::Rng::new(0);
    /// let mean = (0..1000).map(|_| rng.normal()).sum::<f64>() / 1000.0;
    /// assert!(mean.abs() < 0.1);
    /// ```
    pub fn normal(&mut self) -> f64 {
        let radius = math::sqrt(-2.0 * math::ln(1.0 - self.uniform()));
        radius * math::cos(2.0 * core::f64::consts::PI * self.uniform())
    }

    /// Shuffles a slice (Fisher and Yates: for `i` from the end to 1, swap `i` with `below(i + 1)`).
    ///
    /// ```
    /// let mut items = ["a", "b", "c", "d"];
    /// dl_core::Rng::new(0).shuffle(&mut items);
    /// assert_eq!(items, ["c", "b", "a", "d"]);
    /// ```
    pub fn shuffle<A>(&mut self, items: &mut [A]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i + 1);
            items.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_values_are_the_published_ones() {
        let mut rng = Rng::new(0);
        let first = [rng.next_u64(), rng.next_u64(), rng.next_u64()];
        assert_eq!(first, [0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f]);
    }

    #[test]
    fn the_stream_can_be_read_at_any_place() {
        let mut rng = Rng::new(11);
        for n in 0..5 {
            assert_eq!(Rng::new(11).nth(n), rng.next_u64());
        }
    }

    #[test]
    fn forks_differ_and_do_not_move_the_parent() {
        let parent = Rng::new(7);
        assert_ne!(parent.fork(0), parent.fork(1));
        assert_ne!(parent.fork(0), Rng::new(8).fork(0));
        assert_eq!(parent, Rng::new(7));
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut rng = Rng::new(3);
        let n = 100_000;
        let (mut uniform, mut normal, mut square) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            uniform += rng.uniform();
            let z = rng.normal();
            normal += z;
            square += z * z;
        }
        let n = n as f64;
        assert!((uniform / n - 0.5).abs() < 0.005, "mean of uniform: {}", uniform / n);
        assert!((normal / n).abs() < 0.01, "mean of normal: {}", normal / n);
        assert!((square / n - 1.0).abs() < 0.02, "variance of normal: {}", square / n);
    }
}
