//! A few threads that wait for work, and parts of a slice for them to take.
//!
//! [`run`] calls one closure on several threads at once and returns when it has returned on all of them. Who does what
//! is settled between them: each takes [`Parts`] until none is left, so a thread that comes late, or not at all, costs
//! no more than its help.

use core::hint;
use core::marker::PhantomData;
use core::mem;
use core::ptr;
use core::slice;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

/// What the threads call.
type Job<'a> = &'a (dyn Fn() + Sync);

/// One helper at work, in [`Pool::seats`]. The numbers below it count the seats that are free.
const AT_WORK: usize = 1 << (usize::BITS / 2);
const FREE: usize = AT_WORK - 1;

/// How often a thread looks before it goes to sleep: some 50 µs, longer than what lies between two rounds of chunks or
/// between two steps, and too short to be noticed when no more work comes.
const LOOKS: u32 = 2000;

/// Fewer numbers are gone through faster than shared.
const MANY: usize = 1 << 14;

static POOL: Pool = Pool::new();

/// Starts the threads, if that has not been done: one less than the processors that this process may use.
///
/// Where threads cannot be had there are fewer, or none; then all is done by those that call [`run`].
pub(crate) fn start() {
    POOL.start(thread::available_parallelism().map_or(0, |n| n.get() - 1));
}

/// Calls `f` on this thread and, at the same time, on up to `threads - 1` others; returns when all are through.
///
/// There may be fewer others, and while another call has them there are none: nothing may depend on their number.
///
/// # Panics
/// If `f` panics on any thread, when all are through.
pub(crate) fn run(threads: usize, f: impl Fn() + Sync) {
    POOL.run(threads, &f);
}

/// Threads, and the work they are given.
struct Pool {
    /// How many threads there are.
    size: OnceLock<usize>,
    /// Whether a call of [`run`](Self::run) has the threads.
    taken: AtomicBool,
    /// A `Job` on the stack of that call, valid for who has a seat.
    job: AtomicPtr<()>,
    /// [`FREE`] seats, and threads [`AT_WORK`] in those that are not. The call waits for the latter alone.
    seats: AtomicUsize,
    /// How many threads sleep, or are about to; it changes under `bed`.
    asleep: AtomicUsize,
    bed: Mutex<()>,
    alarm: Condvar,
}

impl Pool {
    const fn new() -> Self {
        Pool {
            size: OnceLock::new(),
            taken: AtomicBool::new(false),
            job: AtomicPtr::new(ptr::null_mut()),
            seats: AtomicUsize::new(0),
            asleep: AtomicUsize::new(0),
            bed: Mutex::new(()),
            alarm: Condvar::new(),
        }
    }

    fn start(&'static self, threads: usize) {
        self.size.get_or_init(|| {
            let spawn = |i| thread::Builder::new().name(std::format!("dl-{i}")).spawn(|| self.help());
            (0..threads).map_while(|i| spawn(i).ok()).count()
        });
    }

    fn run(&self, threads: usize, f: Job<'_>) {
        let size = self.size.get().copied().unwrap_or(0);
        let helpers = size.min(threads.saturating_sub(1));
        if helpers == 0 || self.taken.swap(true, Acquire) {
            return f();
        }
        let panicked = Mutex::new(None);
        let job = || {
            if let Err(reason) = panic::catch_unwind(AssertUnwindSafe(f)) {
                match &mut *lock(&panicked) {
                    first @ None => *first = Some(reason),
                    Some(_) => mem::forget(reason), // dropping it might panic once more
                }
            }
        };
        let job: Job<'_> = &job;
        self.job.store(ptr::from_ref(&job).cast_mut().cast(), Relaxed);
        self.seats.store(helpers, SeqCst);
        let seated = Seated(self);
        self.wake(helpers, size);
        f();
        drop(seated);
        if let Some(reason) = panicked.into_inner().unwrap_or_else(PoisonError::into_inner) {
            panic::resume_unwind(reason);
        }
    }

    /// Wakes as many threads as `helpers` needs beside those that are awake.
    fn wake(&self, helpers: usize, size: usize) {
        let awake = size - self.asleep.load(SeqCst);
        if helpers > awake {
            // Who is about to sleep holds the lock until it does.
            drop(lock(&self.bed));
            (awake..helpers).for_each(|_| self.alarm.notify_one());
        }
    }

    /// What each thread does, for ever.
    fn help(&self) {
        loop {
            let mut looks = 0;
            while looks < LOOKS {
                looks = if self.sit() { 0 } else { looks + 1 };
                hint::spin_loop();
            }
            let mut bed = lock(&self.bed);
            // In one order with what `run` does: it stores the seats, then reads who sleeps.
            self.asleep.fetch_add(1, SeqCst);
            while self.seats.load(SeqCst) & FREE == 0 {
                bed = self.alarm.wait(bed).unwrap_or_else(PoisonError::into_inner);
            }
            self.asleep.fetch_sub(1, SeqCst);
        }
    }

    /// Takes a free seat and does the work there; `false` if there is none.
    fn sit(&self) -> bool {
        let mut seats = self.seats.load(Relaxed);
        while seats & FREE > 0 {
            let taken = seats - 1 + AT_WORK;
            if let Err(now) = self.seats.compare_exchange_weak(seats, taken, Acquire, Relaxed) {
                seats = now;
                continue;
            }
            // SAFETY: seats become free after `run` has stored the pointer to its `Job`, and the seat was taken in an
            // order that makes that store visible. `run` does not leave, even by a panic, before `Seated` has seen that
            // nobody is at work any more, so the job and all it borrows are alive until the seat is left. The job is
            // `Sync`, so this thread may call it. It does not unwind.
            let job = unsafe { *self.job.load(Relaxed).cast::<Job<'_>>() };
            job();
            self.seats.fetch_sub(AT_WORK, Release);
            return true;
        }
        false
    }
}

/// A call of [`Pool::run`] with seats. At its end nobody sits any more.
struct Seated<'a>(&'a Pool);

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        let Seated(pool) = self;
        pool.seats.fetch_and(!FREE, AcqRel);
        let mut looks = 0;
        while pool.seats.load(Acquire) != 0 {
            looks += 1;
            // A helper that has lost its processor may be waiting for this one.
            if looks < LOOKS { hint::spin_loop() } else { thread::yield_now() }
        }
        pool.taken.store(false, Release);
    }
}

fn lock<A>(mutex: &Mutex<A>) -> MutexGuard<'_, A> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls `f` with all numbers of some slices, in parts on several threads if they are many and of one length.
#[cold] // less often than it is asked whether to
pub(crate) fn share<A: Send, const M: usize>(
    threads: usize,
    slices: [&mut [A]; M],
    f: impl Fn([&mut [A]; M]) + Sync,
) {
    let len = slices.first().map_or(0, |slice| slice.len());
    if threads < 2 || len < MANY || slices.iter().any(|slice| slice.len() != len) {
        return f(slices);
    }
    // Whole vectors, and for each thread the part that it had before: its memory is near.
    let parts = Parts::new(slices, len.div_ceil(threads).next_multiple_of(64));
    run(threads, || {
        while let Some((_, part)) = parts.take() {
            f(part);
        }
    });
}

/// The parts of some slices of one length, each for the thread that asks next.
pub(crate) struct Parts<'a, A, const M: usize> {
    starts: [*mut A; M],
    len: usize,
    size: usize,
    next: AtomicUsize,
    slices: PhantomData<&'a mut [A]>,
}

// SAFETY: all that threads do with a shared `Parts` is to take elements out of it, each of them once: it sends them.
unsafe impl<A: Send, const M: usize> Sync for Parts<'_, A, M> {}

impl<'a, A, const M: usize> Parts<'a, A, M> {
    /// Parts of `size` elements of each slice; the last may have fewer.
    pub(crate) fn new(slices: [&'a mut [A]; M], size: usize) -> Self {
        let len = slices.first().map_or(0, |slice| slice.len());
        assert!(slices.iter().all(|slice| slice.len() == len), "the slices are of one length");
        assert!(size > 0, "a part has at least one element");
        let starts = slices.map(|slice| slice.as_mut_ptr());
        Parts { starts, len, size, next: AtomicUsize::new(0), slices: PhantomData }
    }

    /// A part of each slice that nobody has, and the index of its first element.
    pub(crate) fn take(&self) -> Option<(usize, [&'a mut [A]; M])> {
        let parts = self.len.div_ceil(self.size);
        // Looked at first, so that asking in vain never makes it come round to zero.
        if self.next.load(Relaxed) >= parts {
            return None;
        }
        let part = self.next.fetch_add(1, Relaxed);
        if part >= parts {
            return None;
        }
        let at = part * self.size;
        let len = self.size.min(self.len - at);
        // SAFETY: `at .. at + len` lies in each of the slices, which were borrowed uniquely for `'a`. No other part has an
        // element of it, and `next` gives each part once.
        Some((at, self.starts.map(|start| unsafe { slice::from_raw_parts_mut(start.add(at), len) })))
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::AtomicU64;
    use core::time::Duration;
    use std::boxed::Box;
    use std::vec::Vec;

    use super::*;

    /// Calls of each test: fewer where every access to memory is checked.
    const CALLS: usize = if cfg!(miri) { 20 } else { 20_000 };

    fn pool(threads: usize) -> &'static Pool {
        let pool = Box::leak(Box::new(Pool::new()));
        pool.start(threads);
        assert_eq!(pool.size.get(), Some(&threads));
        pool
    }

    /// Doubles every number, in parts, and adds up what was doubled.
    fn doubled(pool: &Pool, threads: usize, numbers: &mut [u64], size: usize) -> u64 {
        let (parts, sum) = (Parts::new([numbers], size), AtomicU64::new(0));
        pool.run(threads, &|| {
            while let Some((_, [part])) = parts.take() {
                sum.fetch_add(part.iter().sum(), Relaxed);
                part.iter_mut().for_each(|n| *n *= 2);
            }
        });
        sum.into_inner()
    }

    /// Waits until `threads` threads have come here. Not a barrier, which would wait for ever if one does not come.
    fn meet(here: &AtomicUsize, threads: usize) -> bool {
        here.fetch_add(1, SeqCst);
        (0..20_000).any(|_| {
            thread::sleep(Duration::from_micros(100));
            here.load(SeqCst) == threads
        })
    }

    #[test]
    fn every_part_is_taken_once_whatever_the_threads() {
        for threads in [0, 1, 2, 3, 4, 9] {
            let pool = pool(3);
            for call in 0..CALLS / 10 {
                let (len, size) = (call % 17, 1 + call % 5);
                let mut numbers: Vec<u64> = (0..len as u64).collect();
                let sum = doubled(pool, threads, &mut numbers, size);
                assert_eq!(sum, (0..len as u64).sum());
                assert!(numbers.iter().enumerate().all(|(i, &n)| n == 2 * i as u64), "{threads} threads");
            }
        }
    }

    #[test]
    fn parts_lie_one_behind_the_other_and_the_last_may_be_short() {
        let mut numbers = [0, 1, 2, 3, 4];
        let parts = Parts::new([&mut numbers], 2);
        let taken: Vec<_> =
            core::iter::from_fn(|| parts.take()).map(|(at, [part])| (at, part.to_vec())).collect();
        assert_eq!(taken, [(0, [0, 1].to_vec()), (2, [2, 3].to_vec()), (4, [4].to_vec())]);
        assert!(parts.take().is_none());
        assert!(Parts::new([&mut [0_u8; 0]], 3).take().is_none());
    }

    #[test]
    fn many_numbers_are_shared_in_parts_of_whole_vectors_and_few_are_not() {
        start();
        for len in [0, 1, MANY - 1, MANY, 3 * MANY + 7] {
            let (mut a, b) = (std::vec![1_u64; len], &mut std::vec![2_u64; len][..]);
            let calls = AtomicUsize::new(0);
            share(3, [&mut a, b], |[a, b]| {
                let whole = len.div_ceil(3).next_multiple_of(64);
                assert!(len < MANY || a.len() == whole || a.len() == len - 2 * whole, "{} of {len}", a.len());
                calls.fetch_add(1, Relaxed);
                a.iter_mut().zip(b).for_each(|(a, b)| *a += *b);
            });
            assert_eq!(
                (calls.into_inner(), a.iter().sum()),
                (if len < MANY { 1 } else { 3 }, 3 * len as u64)
            );
        }
        let (mut p, mut none) = (std::vec![1_u64; MANY], [0_u64; 0]);
        share(2, [&mut p, &mut none], |[p, none]| assert_eq!((p.len(), none.len()), (MANY, 0)));
    }

    #[test]
    fn what_the_call_borrows_is_not_touched_after_it_returns() {
        let pool = pool(2);
        for call in 0..CALLS {
            // On the heap, and freed at once: a thread that comes late would be seen by a checker of memory.
            let numbers = Box::new(AtomicUsize::new(0));
            pool.run(3, &|| {
                numbers.fetch_add(1, Relaxed);
            });
            let calls = numbers.load(Relaxed);
            assert!((1..=3).contains(&calls), "call {call} ran {calls} times");
        }
    }

    #[test]
    fn threads_work_at_the_same_time_also_after_a_sleep() {
        let pool = pool(2);
        for pause in [0, 0, 50, 0, 50] {
            thread::sleep(Duration::from_millis(pause));
            let (here, met) = (AtomicUsize::new(0), AtomicUsize::new(0));
            pool.run(3, &|| {
                met.fetch_add(usize::from(meet(&here, 3)), SeqCst);
            });
            assert_eq!(met.into_inner(), 3, "threads that met, after {pause} ms");
        }
    }

    #[test]
    fn a_panic_on_any_thread_reaches_the_caller_and_the_pool_goes_on() {
        let pool = pool(2);
        let caller = thread::current().id();
        for call in 0..if cfg!(miri) { 4 } else { 50 } {
            let (on_caller, here) = (call % 2 == 0, AtomicUsize::new(0));
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                pool.run(3, &|| {
                    assert!(meet(&here, 3), "all come");
                    if (thread::current().id() == caller) == on_caller {
                        panic::resume_unwind(Box::new(call)); // a panic without a message
                    }
                });
            }));
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&call));
            assert_eq!(doubled(pool, 3, &mut [1; 9], 1), 9);
        }
    }

    #[test]
    fn a_call_within_a_call_runs_on_its_own_thread() {
        let pool = pool(2);
        for _ in 0..CALLS / 20 {
            let (mut outer, sum) = ([0; 8], AtomicU64::new(0));
            let parts = Parts::new([&mut outer], 1);
            pool.run(3, &|| {
                while let Some((i, _)) = parts.take() {
                    sum.fetch_add(doubled(pool, 3, &mut [i as u64; 3], 1), Relaxed);
                }
            });
            assert_eq!(sum.into_inner(), 3 * 28);
        }
    }

    #[test]
    fn calls_from_several_threads_do_not_disturb_each_other() {
        let pool = pool(2);
        thread::scope(|scope| {
            for caller in 1..4 {
                scope.spawn(move || {
                    for call in 0..CALLS / 4 {
                        let mut numbers = [caller; 7];
                        assert_eq!(
                            doubled(pool, 3, &mut numbers, 2),
                            7 * caller,
                            "caller {caller}, call {call}"
                        );
                        assert_eq!(numbers, [2 * caller; 7]);
                    }
                });
            }
        });
    }

    #[test]
    fn without_threads_the_caller_does_everything() {
        assert_eq!(doubled(&Pool::new(), 4, &mut [1; 9], 2), 9);
        start();
        let calls = AtomicUsize::new(0);
        run(1, || {
            calls.fetch_add(1, Relaxed);
        });
        assert_eq!(calls.into_inner(), 1);
    }
}
