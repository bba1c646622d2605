//! A slow start. PyTorch: `LinearLR`, before another in a `SequentialLR`.

use super::{Constant, Progress, Schedule};

/// From `start_factor` to 1 along a line, in the first `steps` steps; then the schedule `then`. Counts steps. PyTorch:
/// `LinearLR`, before another in a `SequentialLR`.
///
/// The second schedule sees a run that begins where the warm-up ends: its steps and the total are less by `steps`.
/// Epochs it sees as they are.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::{CosineLr, Warmup}};
///
/// let mut schedule = Warmup { start_factor: 0.0, ..Warmup::new(10, CosineLr::new()) };
/// let factors = [0, 5, 10, 60, 110].map(|step| schedule.factor(&Progress::new(step, 110, 1)));
/// assert_eq!(factors, [0.0, 0.5, 1.0, 0.5, 0.0]);
/// ```
#[doc(alias = "LinearLR")]
#[doc(alias = "SequentialLR")]
#[derive(Clone, Copy, Debug)]
pub struct Warmup<S = Constant> {
    /// How many steps it takes.
    pub steps: u64,
    /// Where it starts.
    pub start_factor: f64,
    /// What follows. During the warm-up its first factor counts too.
    pub then: S,
}

impl<S> Warmup<S> {
    /// PyTorch's default: it starts at a third.
    ///
    /// ```
    /// use dl_core::optim::schedule::{CosineLr, Warmup};
    ///
    /// assert_eq!(Warmup::new(10, CosineLr::new()).start_factor, 1.0 / 3.0);
    /// ```
    pub const fn new(steps: u64, then: S) -> Self {
        Warmup { steps, start_factor: 1.0 / 3.0, then }
    }
}

impl<S: Schedule> Schedule for Warmup<S> {
    fn factor(&mut self, progress: &Progress) -> f64 {
        let after = Progress {
            step: progress.step.saturating_sub(self.steps),
            total_steps: progress.total_steps.saturating_sub(self.steps),
            ..*progress
        };
        let then = self.then.factor(&after);
        if progress.step < self.steps {
            let way = progress.step as f64 / self.steps as f64;
            (self.start_factor + (1.0 - self.start_factor) * way) * then
        } else {
            then
        }
    }

    fn epoch_end(&mut self, metric: f64) {
        self.then.epoch_end(metric);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, steps};
    use super::super::{CosineLr, OnPlateau};
    use super::*;

    #[test]
    fn factors_are_pytorchs() {
        let line = [1.0 / 3.0, 0.4666666667, 0.6, 0.7333333333, 0.8666666667, 1.0, 1.0, 1.0];
        check(&mut Warmup::new(5, Constant), steps(8), line);
        let mut both = Warmup { start_factor: 0.1, ..Warmup::new(3, CosineLr::new()) };
        check(&mut both, steps(7), [0.1, 0.4, 0.7, 1.0, 0.8535533906, 0.5, 0.1464466094, 0.0]);
    }

    #[test]
    fn what_follows_learns_the_metric() {
        let mut schedule = Warmup::new(1, OnPlateau { patience: 0, ..OnPlateau::new() });
        schedule.epoch_end(1.0);
        schedule.epoch_end(2.0);
        assert_eq!(schedule.factor(&Progress::new(5, 10, 1)), 0.1);
    }
}
