//! Who works on the lanes of a trainer: its own thread, and those of the pool where they save time.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::kernels::pool::{self, Parts};

use super::lanes::Work;

/// A round that one thread computes in less is not worth sharing: a thread that sleeps takes several µs to wake, and
/// memory that another thread has written comes slowly.
const SHORT: Duration = Duration::from_micros(20);

/// How many threads may work, and whether it is worth while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threads {
    number: usize,
    /// How long one thread takes for a chunk, for each kind of [`Work`], as last seen.
    pace: [Duration; 3],
}

impl Threads {
    pub(super) fn new(number: usize) -> Self {
        if number > 1 {
            pool::start();
        }
        Threads { number: number.max(1), pace: [Duration::ZERO; 3] }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// How many threads are worth while for a round of `chunks` chunks.
    pub(super) fn helpful(&self, work: Work, chunks: usize) -> usize {
        let threads = self.number.min(chunks);
        if threads < 2 || self.pace[work as usize] * (chunks as u32) < SHORT { 1 } else { threads }
    }

    /// Calls `f` with the number and the lane of each chunk of a round, which are `lanes`, one slice after the other.
    pub(super) fn compute<A: Send, E: Send>(
        &mut self,
        work: Work,
        lanes: [&mut [A]; 2],
        f: impl Fn(usize, &mut A) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        let (behind, chunks) = (lanes[0].len(), lanes[0].len() + lanes[1].len());
        let threads = self.helpful(work, chunks);
        let [first, others] = lanes.map(|lanes| Parts::new([lanes], 1));
        let take = || first.take().or_else(|| others.take().map(|(i, lane)| (behind + i, lane)));
        let failed = Mutex::new(None::<(usize, E)>);
        let begun = Instant::now();
        pool::run(threads, || {
            while let Some((i, [lane])) = take() {
                for lane in lane {
                    if let Err(error) = f(i, lane) {
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        if failed.as_ref().is_none_or(|(other, _)| i < *other) {
                            *failed = Some((i, error));
                        }
                    }
                }
            }
        });
        self.pace[work as usize] = begun.elapsed() * threads as u32 / chunks as u32;
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), |(_, error)| Err(error))
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::thread;

    use super::*;

    /// Two rounds of two chunks that take `time` each.
    fn rounds(threads: &mut Threads, time: Duration) {
        for _ in 0..2 {
            let (mut first, mut others) = ([0], [1]);
            threads
                .compute(Work::Train, [&mut first, &mut others], |i, lane| {
                    assert_eq!(i, *lane);
                    thread::sleep(time);
                    Ok::<_, ()>(())
                })
                .unwrap();
        }
    }

    #[test]
    fn a_round_is_shared_if_the_one_before_it_was_long() {
        let mut threads = Threads::new(3);
        assert_eq!(threads.helpful(Work::Train, 2), 1, "nothing is known");
        rounds(&mut threads, Duration::from_micros(100));
        assert_eq!([1, 2, 3, 4].map(|chunks| threads.helpful(Work::Train, chunks)), [1, 2, 3, 3]);
        assert_eq!(threads.helpful(Work::Infer, 2), 1, "of that nothing is known");
        let pace = threads.pace[Work::Train as usize];
        assert!(pace >= Duration::from_micros(100), "{pace:?}");
        // On a busy machine a short round may take long.
        assert!((0..1000).any(|_| {
            rounds(&mut threads, Duration::ZERO);
            threads.helpful(Work::Train, 2) == 1
        }));
    }

    #[test]
    fn the_error_of_the_first_chunk_that_fails_is_returned_when_all_are_done() {
        let mut threads = Threads::new(4);
        for round in 0..100 {
            let (mut first, mut others, calls) = ([0], [0; 6], AtomicUsize::new(0));
            let result = threads.compute(Work::Train, [&mut first, &mut others], |i, _| {
                calls.fetch_add(1, Relaxed);
                thread::sleep(Duration::from_micros(20));
                if i == 2 || i > 4 { Err(i) } else { Ok(()) }
            });
            assert_eq!((result, calls.into_inner()), (Err(2), 7), "round {round}");
        }
    }
}
