//! What the machine can do: multiply-adds and bytes read per second, by one thread.
//!
//! The loops are written with `pulp`'s vector types, which choose the instruction set at run time and in safe code: so
//! the limits are measured by the program whose work they limit, in the same run, in a plain release build.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use pulp::{Simd, WithSimd};

use crate::work::Work;

/// Sizes whose reading is measured: inside the first-level cache; the weights of `mlp_infer1`, of `ad_infer1`; the
/// third level.
const READ_KIB: [usize; 4] = [16, 440, 1040, 8 * 1024];
/// A measurement is the best of this many samples, of about a millisecond each.
const SAMPLES: usize = 20;
const FMA_ROUNDS: usize = 100_000;
const READ_ONCE_KIB: usize = 64 << 10;

/// The best that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// 10⁹ floating-point operations a second, by instruction set.
    fma: Vec<(&'static str, f64)>,
    /// 10⁹ bytes a second, for each of [`READ_KIB`].
    read: [f64; READ_KIB.len()],
}

impl Limits {
    /// Measures them, which takes about a quarter of a second.
    pub(crate) fn measure() -> Limits {
        Limits { fma: fma(), read: READ_KIB.map(read) }
    }

    /// Measures once more and keeps what is better: on a shared machine one look is not enough.
    pub(crate) fn renew(&mut self) {
        let again = Limits::measure();
        for (best, new) in self.fma.iter_mut().zip(again.fma) {
            best.1 = best.1.max(new.1);
        }
        for (best, new) in self.read.iter_mut().zip(again.read) {
            *best = best.max(new);
        }
    }

    /// What limits this work.
    pub(crate) fn of(&self, work: Work) -> Bounds {
        // the smallest size that holds the weights, or the largest that there is
        let level = READ_KIB.iter().position(|kib| work.weight_bytes <= kib << 10);
        let level = level.unwrap_or(READ_KIB.len() - 1);
        let gflops = self.fma.iter().fold(0.0, |best: f64, fma| best.max(fma.1));
        Bounds { work, gflops, read_kib: READ_KIB[level], read_gb_s: self.read[level] }
    }
}

/// One line of JSON for each limit.
impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (isa, gflops) in &self.fma {
            writeln!(f, r#"{{"limit": "fma", "isa": "{isa}", "gflops": {gflops:.1}}}"#)?;
        }
        let read = READ_KIB.iter().zip(self.read);
        read.into_iter().try_for_each(|(kib, gb_s)| {
            writeln!(f, r#"{{"limit": "read", "read_kib": {kib}, "read_gb_s": {gb_s:.1}}}"#)
        })
    }
}

/// Work, and the limits that hold for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) work: Work,
    pub(crate) gflops: f64,
    /// The size whose reading was measured, and its rate.
    pub(crate) read_kib: usize,
    pub(crate) read_gb_s: f64,
}

/// JSON.
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bounds { work: Work { flops, weight_bytes }, gflops, read_kib, read_gb_s } = self;
        write!(f, r#"{{"flops": {flops}, "weight_bytes": {weight_bytes}, "read_kib": {read_kib}, "#)?;
        write!(f, r#""read_gb_s": {read_gb_s:.1}, "gflops": {gflops:.1}}}"#)
    }
}

impl Bounds {
    /// The time of a program that computes without a pause, or that reads its weights without one, if that is longer.
    pub(crate) fn ideal_ns(&self) -> f64 {
        let Bounds { work: Work { flops, weight_bytes }, gflops, read_gb_s, .. } = self;
        (*flops as f64 / gflops).max(*weight_bytes as f64 / read_gb_s)
    }
}

/// 10⁹ floating-point operations a second, by each instruction set that this machine has.
fn fma() -> Vec<(&'static str, f64)> {
    let mut rates = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        rates.extend(pulp::x86::V4::try_new().map(|simd| ("avx512", best(|| simd.run(Fma)))));
        rates.extend(pulp::x86::V3::try_new().map(|simd| ("avx2", best(|| simd.run(Fma)))));
    }
    #[cfg(target_arch = "aarch64")]
    rates.extend(pulp::aarch64::Neon::try_new().map(|simd| ("neon", best(|| simd.run(Fma)))));
    rates.push(("plain", best(plain)));
    rates
}

/// 10⁹ floating-point operations a second, by the best instruction set, on average over this time.
pub(crate) fn steady_fma(time: Duration) -> f64 {
    let (start, mut flops) = (Instant::now(), 0);
    while start.elapsed() < time {
        flops += pulp::Arch::new().dispatch(Fma);
    }
    flops as f64 / start.elapsed().as_nanos() as f64
}

/// 10⁹ bytes a second, from so many KiB that are read again and again.
fn read(kib: usize) -> f64 {
    const LINE: usize = 64;
    let n = (kib << 10) / size_of::<f32>();
    let memory = vec![1.0_f32; n + LINE];
    let skip = memory.as_ptr().align_offset(LINE);
    let (data, rounds) = (&memory[skip..skip + n], READ_ONCE_KIB.div_ceil(kib));
    best(|| pulp::Arch::new().dispatch(Sum { data, rounds }))
}

/// The best rate, in 10⁹ a second, of something that returns how many it has done.
fn best(mut some: impl FnMut() -> usize) -> f64 {
    let rates = (0..SAMPLES).map(|_| {
        let start = Instant::now();
        some() as f64 / start.elapsed().as_nanos() as f64
    });
    rates.fold(0.0, f64::max)
}

/// Lets a vector type run an operation: its methods that do this take closures only.
trait Run: Simd {
    fn run<W: WithSimd>(self, operation: W) -> W::Output {
        Simd::vectorize(self, operation)
    }
}

impl<S: Simd> Run for S {}

const FACTOR: f32 = 0.999_999;
const TERM: f32 = 1e-6;

/// Rounds of `sum = sum * FACTOR + TERM`, which stays near 1, in more registers than the latency needs. Returns the
/// number of floating-point operations.
struct Fma;

impl WithSimd for Fma {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let (factor, term) = (simd.splat_f32s(black_box(FACTOR)), simd.splat_f32s(black_box(TERM)));
        let mut sums = [simd.splat_f32s(1.0); 12];
        for _ in 0..FMA_ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, factor, term);
            }
        }
        black_box(sums.map(|sum| simd.reduce_sum_f32s(sum)));
        2 * FMA_ROUNDS * size_of_val(&sums) / size_of::<f32>()
    }
}

/// The same as the compiler vectorises it for any machine of this kind, without fused multiply-adds.
fn plain() -> usize {
    let (factor, term) = (black_box(FACTOR), black_box(TERM));
    // 14 vectors of four: with factor and term, the 16 registers of the smallest instruction sets
    let mut sums = [1.0; 14 * 4];
    for _ in 0..FMA_ROUNDS {
        for sum in &mut sums {
            *sum = *sum * factor + term;
        }
    }
    2 * FMA_ROUNDS * black_box(sums).len()
}

/// Sums all numbers, so many times over. Returns the number of bytes read.
struct Sum<'a> {
    data: &'a [f32],
    rounds: usize,
}

impl WithSimd for Sum<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let (eights, _) = S::as_simd_f32s(black_box(self.data)).0.as_chunks::<8>();
        let mut sums = [simd.splat_f32s(0.0); 8];
        for _ in 0..self.rounds {
            for vectors in eights {
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = simd.add_f32s(*sum, *vector);
                }
            }
        }
        black_box(sums.map(|sum| simd.reduce_sum_f32s(sum)));
        self.rounds * size_of_val(eights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { fma: vec![("avx512", 200.0), ("avx2", 100.0)], read: [400.0, 160.0, 120.0, 40.0] }
    }

    #[test]
    fn work_is_bound_by_arithmetic_or_by_the_level_that_holds_its_weights() {
        let ideal = |flops, weight_bytes| limits().of(Work { flops, weight_bytes }).ideal_ns();
        assert_eq!(ideal(4000, 0), 20.0);
        assert_eq!(ideal(4000, 16 << 10), 40.96); // 16,384 bytes at 400
        assert_eq!(ideal(12_000, 16 << 10), 60.0);
        assert_eq!(ideal(4000, 160_000), 1000.0); // past 16 KiB
        assert_eq!(ideal(4000, 480_000), 4000.0); // past 440 KiB
        assert_eq!(ideal(4000, 40_000_000), 1e6); // past them all
    }

    #[test]
    fn limits_are_lines_of_json() {
        assert_eq!(
            limits().of(Work { flops: 4000, weight_bytes: 480_000 }).to_string(),
            r#"{"flops": 4000, "weight_bytes": 480000, "read_kib": 1040, "read_gb_s": 120.0, "gflops": 200.0}"#
        );
        assert_eq!(
            limits().to_string(),
            r#"{"limit": "fma", "isa": "avx512", "gflops": 200.0}
{"limit": "fma", "isa": "avx2", "gflops": 100.0}
{"limit": "read", "read_kib": 16, "read_gb_s": 400.0}
{"limit": "read", "read_kib": 440, "read_gb_s": 160.0}
{"limit": "read", "read_kib": 1040, "read_gb_s": 120.0}
{"limit": "read", "read_kib": 8192, "read_gb_s": 40.0}
"#
        );
    }

    #[test]
    fn another_look_never_lowers_a_limit() {
        let mut limits = Limits::measure();
        let before = limits.clone();
        limits.renew();
        let rates = |l: &Limits| l.fma.iter().map(|fma| fma.1).chain(l.read).collect::<Vec<_>>();
        for (before, after) in rates(&before).into_iter().zip(rates(&limits)) {
            assert!(before > 0.1 && after >= before, "{before} and then {after}");
        }
    }

    #[test]
    fn a_steady_rate_is_a_plausible_one() {
        let steady = steady_fma(Duration::from_millis(5));
        assert!(steady > 0.01 && steady < 10_000.0, "{steady} GFLOP/s of one core");
    }
}
