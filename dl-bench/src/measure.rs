//! The timing loop.

use std::time::{Duration, Instant};

/// How long a row is measured, after it has warmed up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Budget(pub(crate) Duration);

impl Default for Budget {
    /// What the other programs of the comparison take.
    fn default() -> Self {
        Budget(Duration::from_millis(700))
    }
}

/// Nanoseconds of one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Timing {
    pub(crate) median_ns: f64,
    pub(crate) min_ns: f64,
}

const WARM_UP: Duration = Duration::from_millis(100);
/// A sample is this many nanoseconds of calls: long against the clock's own cost, short against interruptions.
const SAMPLE_NS: f64 = 2e6;
const MIN_SAMPLES: usize = 5;
const MAX_SAMPLES: usize = 2000;

/// What is timed: makes this many calls, one after the other.
pub(crate) type Step = Box<dyn FnMut(u32)>;

/// The loop is inside the box, so that a call of a few nanoseconds is measured without the box's own.
pub(crate) fn step(mut call: impl FnMut() + 'static) -> Step {
    Box::new(move |calls| (0..calls).for_each(|_| call()))
}

/// A step that has warmed up.
pub(crate) struct Meter {
    step: Step,
    /// Calls in a sample.
    calls: u32,
}

impl Meter {
    /// Calls the step for a while, which shows how many calls make a sample.
    pub(crate) fn warm_up(mut step: Step, budget: Budget) -> Meter {
        let (start, mut calls) = (Instant::now(), 0_u32);
        while calls < 3 || start.elapsed() < WARM_UP.min(budget.0) {
            step(1);
            calls += 1;
        }
        let one = start.elapsed().as_nanos() as f64 / f64::from(calls);
        Meter { step, calls: (SAMPLE_NS / one).max(1.0) as u32 }
    }

    /// Takes samples until the budget is used.
    pub(crate) fn time(&mut self, budget: Budget) -> Timing {
        let mut samples = Vec::with_capacity(MAX_SAMPLES);
        let start = Instant::now();
        while samples.len() < MIN_SAMPLES || (samples.len() < MAX_SAMPLES && start.elapsed() < budget.0) {
            let sample = Instant::now();
            (self.step)(self.calls);
            samples.push(sample.elapsed().as_nanos() as f64 / f64::from(self.calls));
        }
        summary(samples)
    }
}

fn summary(mut samples: Vec<f64>) -> Timing {
    samples.sort_by(f64::total_cmp);
    Timing { median_ns: samples[samples.len() / 2], min_ns: samples[0] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_sample_moves_neither_median_nor_minimum() {
        let timing = summary(vec![5.0, 3.0, 900.0, 4.0, 6.0]);
        assert_eq!(timing, Timing { median_ns: 5.0, min_ns: 3.0 });
    }

    #[test]
    fn a_call_takes_about_as_long_as_it_waits() {
        let wait = Duration::from_micros(200);
        let busy = step(move || {
            let start = Instant::now();
            while start.elapsed() < wait {}
        });
        let budget = Budget(Duration::from_millis(20));
        let timing = Meter::warm_up(busy, budget).time(budget);
        assert!(timing.min_ns >= 200e3, "{timing:?}");
        assert!(timing.min_ns < 1e6, "ten calls taken for one, or a very busy machine: {timing:?}");
        assert!(timing.median_ns >= timing.min_ns, "{timing:?}");
    }
}
