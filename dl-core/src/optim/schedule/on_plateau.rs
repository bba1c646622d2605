//! Slower when nothing improves. PyTorch: `ReduceLROnPlateau` with a relative threshold.

use super::{Progress, Schedule};

/// Which way a metric improves.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::{Better, OnPlateau}};
///
/// let mut of_accuracy = OnPlateau { mode: Better::Higher, patience: 0, ..OnPlateau::new() };
/// of_accuracy.epoch_end(0.8);
/// of_accuracy.epoch_end(0.7);
/// assert_eq!(of_accuracy.factor(&Progress::default()), 0.1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Downwards, as a loss does.
    Lower,
    /// Upwards, as an accuracy does.
    Higher,
}

/// Multiplies the learning rate by `factor` whenever the metric has not improved for more than `patience` epochs.
/// Counts epochs, by [`Schedule::epoch_end`]. PyTorch: `ReduceLROnPlateau` with a relative threshold.
///
/// A metric that is not a number is no improvement. PyTorch's `min_lr` is `min_factor` times the learning rate.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::OnPlateau};
///
/// let mut schedule = OnPlateau { patience: 1, factor: 0.5, ..OnPlateau::new() };
/// for loss in [0.9, 0.7, 0.8, 0.75] {
///     schedule.epoch_end(loss);
/// }
/// assert_eq!(schedule.factor(&Progress::new(400, 100, 9)), 0.5);
/// ```
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Clone, Copy, Debug)]
pub struct OnPlateau {
    /// Which way the metric improves.
    pub mode: Better,
    /// What the learning rate is multiplied by.
    pub factor: f64,
    /// How many epochs without improvement are allowed.
    pub patience: u64,
    /// By which part of the best value a metric must improve to count.
    pub threshold: f64,
    /// For how many epochs after a reduction nothing is counted.
    pub cooldown: u64,
    /// The factor never goes below this.
    pub min_factor: f64,
    /// What has happened so far.
    pub state: Plateau,
}

/// What [`OnPlateau`] knows of the epochs so far.
///
/// ```
/// use dl_core::optim::{Schedule, schedule::OnPlateau};
///
/// let mut schedule = OnPlateau::new();
/// schedule.epoch_end(0.5);
/// schedule.epoch_end(0.75);
/// assert_eq!((schedule.state.best, schedule.state.bad_epochs), (Some(0.5), 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plateau {
    /// The best metric; `None` before the first that is a number.
    pub best: Option<f64>,
    /// Epochs without improvement.
    pub bad_epochs: u64,
    /// Epochs of cooling down that are left.
    pub cooling: u64,
    /// What the learning rate is multiplied by now.
    pub current: f64,
}

impl OnPlateau {
    /// PyTorch's defaults: lower is better, factor 0.1, patience 10, threshold 1e-4, no cooling down, no minimum.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::schedule::OnPlateau::new().patience, 10);
    /// ```
    pub const fn new() -> Self {
        OnPlateau {
            mode: Better::Lower,
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            cooldown: 0,
            min_factor: 0.0,
            state: Plateau { best: None, bad_epochs: 0, cooling: 0, current: 1.0 },
        }
    }

    fn improves(&self, metric: f64) -> bool {
        match (self.state.best, self.mode) {
            (None, _) => !metric.is_nan(),
            (Some(best), Better::Lower) => metric < best * (1.0 - self.threshold),
            (Some(best), Better::Higher) => metric > best * (1.0 + self.threshold),
        }
    }
}

impl Default for OnPlateau {
    fn default() -> Self {
        Self::new()
    }
}

impl Schedule for OnPlateau {
    fn factor(&mut self, _: &Progress) -> f64 {
        self.state.current
    }

    fn epoch_end(&mut self, metric: f64) {
        if self.improves(metric) {
            self.state.best = Some(metric);
            self.state.bad_epochs = 0;
        } else {
            self.state.bad_epochs += 1;
        }
        if self.state.cooling > 0 {
            self.state.cooling -= 1;
            self.state.bad_epochs = 0;
        }
        if self.state.bad_epochs > self.patience {
            self.state.current = (self.state.current * self.factor).max(self.min_factor);
            self.state.cooling = self.cooldown;
            self.state.bad_epochs = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mut schedule: OnPlateau, metrics: &[f64], expected: &[f64]) {
        for (i, (&metric, &expected)) in metrics.iter().zip(expected).enumerate() {
            let factor = schedule.factor(&Progress::default());
            assert!((factor - expected).abs() < 1e-12, "epoch {i}: {factor}, PyTorch's {expected}");
            schedule.epoch_end(metric);
        }
    }

    #[test]
    fn factors_are_pytorchs() {
        let schedule =
            OnPlateau { factor: 0.5, patience: 2, cooldown: 1, min_factor: 0.2, ..OnPlateau::new() };
        check(
            schedule,
            &[1.0, 0.9, 0.95, 0.9, 0.89999, 0.91, 0.95, 0.92, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9],
            &[1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25],
        );
        let schedule = OnPlateau { mode: Better::Higher, patience: 1, ..OnPlateau::new() };
        check(schedule, &[0.5, 0.6, 0.6, 0.6, 0.6, 0.7], &[1.0, 1.0, 1.0, 1.0, 0.1, 0.1]);
    }

    #[test]
    fn it_never_goes_below_its_minimum_and_nan_is_no_improvement() {
        let schedule = OnPlateau { factor: 0.5, patience: 0, min_factor: 0.3, ..OnPlateau::new() };
        check(schedule, &[f64::NAN, 1.0, f64::NAN, 1.0, 1.0], &[1.0, 0.5, 0.5, 0.3, 0.3]);
    }
}
