//! The tiles of a weight's gradient whose vectors are output channels: each number of `dy` meets runs of the input, as long
//! as the window is wide.

use super::super::simd::Simd;

/// Sums over places: `c[i, run, k] += Σ a[place, i] b[place + run + k]`, where vectors are along `i`. Sums run in order.
///
/// The pointers must be good for all that rows, columns, runs and channels name. The functions here ask no more of their
/// caller, except that the processor has the instructions of `V`.
#[derive(Clone, Copy)]
pub(super) struct Runs<'a> {
    /// Places follow each other without a gap, each with its channels.
    pub(super) a: *const f32,
    pub(super) channels: usize,
    /// Samples, rows and columns of places.
    pub(super) places: [usize; 3],
    pub(super) b: *const f32,
    /// From one sample, one row, one column of places to the next.
    pub(super) step: [usize; 3],
    /// Where each run begins.
    pub(super) runs: &'a [usize],
    /// Each run has as many columns as it is long.
    pub(super) c: *mut f32,
    /// From one column to the next.
    pub(super) c_column: usize,
}

/// Whether [`runs`] has tiles of this length.
pub(super) fn has(length: usize) -> bool {
    (1..=7).contains(&length)
}

/// All runs of a length. `WIDE` if the processor has room for 25 sums, otherwise 12.
#[inline(always)]
pub(super) unsafe fn runs<V: Simd, const WIDE: bool>(p: &Runs<'_>, length: usize) {
    // SAFETY: the caller's.
    unsafe {
        match (length, WIDE) {
            (1, true) => runs_of::<V, 1, 12>(p),
            (2, true) => runs_of::<V, 2, 8>(p),
            (3, true) => runs_of::<V, 3, 8>(p),
            (4, true) => runs_of::<V, 4, 6>(p),
            (5, true) => runs_of::<V, 5, 5>(p),
            (6, true) => runs_of::<V, 6, 4>(p),
            (7, true) => runs_of::<V, 7, 3>(p),
            (1, false) => runs_of::<V, 1, 8>(p),
            (2, false) => runs_of::<V, 2, 6>(p),
            (3, false) => runs_of::<V, 3, 4>(p),
            (4, false) => runs_of::<V, 4, 3>(p),
            (5, false) => runs_of::<V, 5, 2>(p),
            (6, false) => runs_of::<V, 6, 2>(p),
            (7, false) => runs_of::<V, 7, 1>(p),
            _ => unreachable!("no tiles for runs of {length}"),
        }
    }
}

/// All runs of length `L`, `R` at a time.
#[inline(always)]
unsafe fn runs_of<V: Simd, const L: usize, const R: usize>(p: &Runs<'_>) {
    for first in (0..p.channels).step_by(V::LANES) {
        let n = V::LANES.min(p.channels - first);
        for (i, starts) in p.runs.chunks(R).enumerate() {
            // SAFETY: the caller's; there are as many channels as in a vector.
            unsafe { tile::<V, L, R>(p, first + n - V::LANES, n, i * R, starts) };
        }
    }
}

/// `R` runs, fewer if not as many start, for the channels from `first`, of which the last `n` are stored.
#[inline(always)]
unsafe fn tile<V: Simd, const L: usize, const R: usize>(
    p: &Runs<'_>,
    first: usize,
    n: usize,
    run: usize,
    starts: &[usize],
) {
    let mut runs = [p.b; R];
    for (i, run) in runs.iter_mut().enumerate() {
        *run = p.b.wrapping_add(starts[i.min(starts.len() - 1)]); // in place of one too many, the last
    }
    // SAFETY: the caller's.
    unsafe {
        let mut sums = [[V::splat(0.0); L]; R];
        let c = p.c.add(run * L * p.c_column + first);
        for (r, sums) in sums.iter_mut().enumerate() {
            for (k, sum) in sums.iter_mut().enumerate() {
                if r < starts.len() {
                    *sum = V::load(c.add((r * L + k) * p.c_column));
                }
            }
        }
        let (mut a, [samples, rows, columns]) = (p.a.add(first), p.places);
        for _ in 0..samples {
            for _ in 0..rows {
                let mut at = 0;
                for _ in 0..columns {
                    let vector = V::load(a);
                    for (sums, run) in sums.iter_mut().zip(runs) {
                        for (k, sum) in sums.iter_mut().enumerate() {
                            *sum = vector.mul_add(V::splat(*run.add(at + k)), *sum);
                        }
                    }
                    a = a.wrapping_add(p.channels);
                    at += p.step[2];
                }
                for run in &mut runs {
                    *run = run.wrapping_add(p.step[1]);
                }
            }
            for run in &mut runs {
                *run = run.wrapping_add(p.step[0]).wrapping_sub(rows * p.step[1]);
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            for (k, sum) in sums.into_iter().enumerate() {
                let c = c.wrapping_add((r * L + k) * p.c_column);
                if r >= starts.len() {
                    continue;
                }
                if n == V::LANES { sum.store(c) } else { sum.store_last(c, n) }
            }
        }
    }
}
