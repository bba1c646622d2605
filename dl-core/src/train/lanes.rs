//! The lanes of a trainer: the chunks of a step go through the network several at a time.
//!
//! Chunk `c` of a step is on lane `c % lanes`. Chunks that follow each other on different lanes make a [`Round`] and are
//! computed at once, by one thread or by several. Whatever joins lanes is done in the order of the chunks, so bits
//! depend on the number of lanes, and on nothing else.

use crate::params::Path;
use crate::{Loss, Network, kernels};

use super::lane::Lane;
#[cfg(feature = "std")]
use super::threads::Threads;

/// The lanes beside the first one, and who works on all of them.
pub(super) struct Lanes<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> {
    #[cfg(feature = "std")]
    pub(super) others: alloc::boxed::Box<[Lane<N, L, B>]>,
    #[cfg(not(feature = "std"))]
    pub(super) others: [Lane<N, L, B>; 0],
    #[cfg(feature = "std")]
    threads: Threads,
}

/// Chunks that are computed at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round<const B: usize> {
    /// The lane of the first chunk; the others are on the lanes behind it.
    pub(super) lane: usize,
    /// The first sample.
    pub(super) at: usize,
    pub(super) samples: usize,
}

/// What is done with chunks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    Count,
    Train,
    Infer,
}

impl<const B: usize> Round<B> {
    /// One chunk on the first lane.
    pub(super) fn first(samples: usize) -> Self {
        Round { lane: 0, at: 0, samples }
    }

    pub(super) fn chunks(&self) -> usize {
        self.samples.div_ceil(B)
    }

    /// The first sample of the round's chunk `i`, and how many it has.
    pub(super) fn chunk(&self, i: usize) -> (usize, usize) {
        (self.at + i * B, B.min(self.samples - i * B))
    }

    /// The round's lanes: the first lane if it is one of them, and those of the others that are.
    #[cfg(feature = "std")]
    fn lanes<'a, A>(&self, first: &'a mut A, others: &'a mut [A]) -> [&'a mut [A]; 2] {
        let (start, end) = (self.lane, self.lane + self.chunks());
        let first = &mut core::slice::from_mut(first)[start.min(1)..end.min(1)];
        [first, &mut others[start.max(1) - 1..end.max(1) - 1]]
    }
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> Lanes<N, L, B> {
    /// No lane but the first.
    pub(super) fn none() -> Self {
        Lanes {
            others: Default::default(),
            #[cfg(feature = "std")]
            threads: Threads::new(1),
        }
    }

    /// `lanes` lanes with the first, for up to `threads` threads.
    #[cfg(feature = "std")]
    pub(super) fn new(lanes: usize, threads: usize) -> Self {
        Lanes { others: crate::place::zeroed_slice(lanes.max(1) - 1), threads: Threads::new(threads) }
    }

    /// How many there are, with the first.
    pub(super) fn count(&self) -> usize {
        1 + self.others.len()
    }

    /// How many threads may work on them.
    #[cfg(feature = "std")]
    pub(super) fn threads(&self) -> usize {
        self.threads.number()
    }

    /// The rounds of `samples` samples, after `chunks` chunks of the same step.
    pub(super) fn rounds(
        &self,
        chunks: usize,
        samples: usize,
    ) -> impl Iterator<Item = Round<B>> + use<N, L, B> {
        let (lanes, mut lane, mut at) = (self.count(), chunks % self.count(), 0);
        core::iter::from_fn(move || {
            let samples = (samples - at).min((lanes - lane) * B);
            let round = Round { lane, at, samples };
            (lane, at) = (0, at + samples);
            (samples > 0).then_some(round)
        })
    }

    /// Calls `f` with the number and the lane of each chunk of `round`, in order.
    #[inline]
    pub(super) fn each(
        &mut self,
        first: &mut Lane<N, L, B>,
        round: &Round<B>,
        mut f: impl FnMut(usize, &mut Lane<N, L, B>),
    ) {
        for i in 0..round.chunks() {
            match round.lane + i {
                0 => f(i, first),
                #[cfg(feature = "std")]
                lane => f(i, &mut self.others[lane - 1]),
                // without memory for others there is one lane
                #[cfg(not(feature = "std"))]
                lane => debug_assert!(lane == 0, "lane {lane} of one"),
            }
        }
    }

    /// [`each`](Self::each), on several threads where that is worth it.
    ///
    /// # Errors
    /// The first in the order of the chunks. All chunks are computed nevertheless, so that it is the same on any number
    /// of threads.
    #[inline]
    pub(super) fn compute<E: Send>(
        &mut self,
        first: &mut Lane<N, L, B>,
        round: &Round<B>,
        work: Work,
        f: impl Fn(usize, &mut Lane<N, L, B>) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        #[cfg(feature = "std")]
        if self.threads.number() > 1 && round.chunks() > 1 {
            return self.threads.compute(work, round.lanes(first, &mut self.others), f);
        }
        let _ = work;
        let mut result = Ok(());
        self.each(first, round, |i, lane| {
            let this = f(i, lane);
            if result.is_ok() {
                result = this;
            }
        });
        result
    }

    /// Adds to the first lane's gradient those of the other lanes that a step of `chunks` chunks has used. Says how many
    /// threads are worth while for what goes over all parameters.
    #[inline]
    pub(super) fn gather(&mut self, net: &mut N, first: &mut Lane<N, L, B>, chunks: usize) -> usize {
        let used = chunks.min(self.count());
        if used < 2 {
            return 1; // all is in this thread's cache
        }
        #[cfg(feature = "std")]
        let threads = self.threads.helpful(Work::Train, used);
        #[cfg(not(feature = "std"))]
        let threads = 1;
        for lane in &mut self.others[..used - 1] {
            net.zip([&mut first.grad, &mut lane.grad], Path::ROOT, &mut |_, _, [sum, part]| {
                kernels::share(threads, [sum, part], |[sum, part]| kernels::add_to(sum, part));
            });
        }
        threads
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;
    use crate::train::tiny::{Mse, Tiny};

    type Tested = Lanes<Tiny, Mse, 4>;

    #[test]
    fn chunks_go_round_the_lanes_and_the_last_may_be_short() {
        let rounds = |lanes: &Tested, chunks, samples| -> Vec<(usize, usize, usize)> {
            lanes.rounds(chunks, samples).map(|round| (round.lane, round.at, round.samples)).collect()
        };
        assert_eq!(rounds(&Lanes::none(), 0, 10), [(0, 0, 4), (0, 4, 4), (0, 8, 2)]);
        assert_eq!(rounds(&Lanes::none(), 3, 0), []);
        #[cfg(feature = "std")]
        {
            let three = Lanes::new(3, 1);
            assert_eq!(rounds(&three, 0, 26), [(0, 0, 12), (0, 12, 12), (0, 24, 2)]);
            assert_eq!(rounds(&three, 4, 10), [(1, 0, 8), (0, 8, 2)], "lane 0 has had the chunk before");
            assert_eq!(rounds(&three, 2, 3), [(2, 0, 3)]);
        }
    }

    #[test]
    fn every_chunk_of_a_round_has_its_lane_and_its_samples() {
        let round = Round::<4> { lane: 1, at: 8, samples: 6 };
        assert_eq!((round.chunks(), round.chunk(0), round.chunk(1)), (2, (8, 4), (12, 2)));
        #[cfg(feature = "std")]
        {
            let (mut first, mut others) = (0, [1, 2, 3]);
            let mut of = |lane, samples| {
                let lanes = Round::<4> { lane, at: 0, samples }.lanes(&mut first, &mut others);
                lanes.map(|lanes| lanes.to_vec()).concat()
            };
            assert_eq!(
                (of(0, 3), of(0, 9), of(1, 6), of(2, 8)),
                ([0].to_vec(), [0, 1, 2].to_vec(), [1, 2].to_vec(), [2, 3].to_vec())
            );
        }
    }
}
