//! Which number of an epoch is watched, and whether it has improved.

use super::{EpochReport, Flow};

/// Which number of an epoch is watched.
///
/// ```
/// use dl_core::train::{EarlyStopping, Monitor};
///
/// let stopping = EarlyStopping::new(5).monitor(Monitor::TrainLoss);
/// assert_eq!((stopping.best(), Monitor::default()), (None, Monitor::Loss));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Monitor {
    /// The loss on the validation data if there are any, else on the training data.
    #[default]
    Loss,
    /// The loss on the training data.
    TrainLoss,
    /// The loss on the validation data.
    ValidLoss,
    /// The metric of the validation data.
    Metric,
}

/// Which direction is better.
///
/// ```
/// use dl_core::train::{EarlyStopping, Mode, Monitor};
///
/// let of_an_error = EarlyStopping::new(5).monitor(Monitor::Metric).mode(Mode::Min);
/// # let _ = of_an_error;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Smaller is better.
    Min,
    /// Larger is better.
    Max,
}

impl Monitor {
    /// The watched number, if the epoch has it.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Fit, Monitor};
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// let report = NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(1, 2), ()).unwrap().last.unwrap();
    /// assert_eq!(Monitor::Loss.of(&report), Some(report.train_loss)); // nothing was validated
    /// assert_eq!(Monitor::ValidLoss.of(&report), None);
    /// # }
    /// ```
    pub fn of(self, report: &EpochReport) -> Option<f64> {
        match self {
            Monitor::Loss => Some(report.valid_loss.unwrap_or(report.train_loss)),
            Monitor::TrainLoss => Some(report.train_loss),
            Monitor::ValidLoss => report.valid_loss,
            Monitor::Metric => report.metric,
        }
    }
}

/// The best number so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    monitor: Monitor,
    pub(super) mode: Mode,
    pub(super) min_delta: f64,
    /// The epoch and its number.
    pub(super) best: Option<(usize, f64)>,
}

impl Record {
    pub(super) fn new(monitor: Monitor) -> Self {
        let mode = if monitor == Monitor::Metric { Mode::Max } else { Mode::Min };
        Record { monitor, mode, min_delta: 0.0, best: None }
    }

    /// Whether an epoch is better than all before by more than `min_delta`; never if its number is NaN. `None` if the
    /// epoch does not have the number.
    pub(super) fn improves(&mut self, report: &EpochReport) -> Option<bool> {
        let value = self.monitor.of(report)?;
        let better = match (self.best, self.mode) {
            (None, _) => !value.is_nan(),
            (Some((_, best)), Mode::Min) => value < best - self.min_delta,
            (Some((_, best)), Mode::Max) => value > best + self.min_delta,
        };
        if better {
            self.best = Some((report.epoch, value));
        }
        Some(better)
    }

    /// To watch what is not there would go unnoticed until the training is over, so it ends it.
    pub(super) fn missing(&self) -> Flow {
        Flow::Break(match self.monitor {
            Monitor::Metric => {
                "a callback watches the metric, but `fit` was given none: pass `Valid { data, metric }`"
            }
            _ => "a callback watches the validation loss, but `fit` was given no validation data",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn improvements_are_larger_than_min_delta_in_the_right_direction() {
        let at = |epoch, valid_loss, metric| EpochReport { epoch, valid_loss, metric, ..EpochReport::BLANK };
        let mut loss = Record { min_delta: 0.1, ..Record::new(Monitor::ValidLoss) };
        let losses = [f64::NAN, 1.0, 0.95, 0.8, f64::NAN, 0.9];
        let better = losses.map(|l| loss.improves(&at(1, Some(l), None)));
        assert_eq!(better, [false, true, false, true, false, false].map(Some));
        let mut metric = Record::new(Monitor::Metric);
        let better = [0.5, 0.5, 0.6].map(|m| metric.improves(&at(2, None, Some(m))));
        assert_eq!((better, metric.best), ([true, false, true].map(Some), Some((2, 0.6))));
        assert_eq!(loss.improves(&at(3, None, None)), None);
    }
}
