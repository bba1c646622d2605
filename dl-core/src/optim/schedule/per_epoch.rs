//! Epochs in place of steps.

use super::{Progress, Schedule};

/// Hands epochs to a schedule that counts steps: the rate changes between epochs only, as when PyTorch's schedulers
/// are called once an epoch.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::{CosineLr, PerEpoch}};
///
/// // PyTorch: CosineAnnealingLR(optimizer, T_max=2), called at the end of every epoch
/// let mut schedule = PerEpoch(CosineLr { t_max: Some(2), ..CosineLr::new() });
/// let factors = [0, 99, 100, 199].map(|step| schedule.factor(&Progress::new(step, 100, 2)));
/// assert_eq!(factors, [1.0, 1.0, 0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PerEpoch<S>(pub S);

impl<S: Schedule> Schedule for PerEpoch<S> {
    fn factor(&mut self, progress: &Progress) -> f64 {
        let epochs = progress.total_steps.checked_div(progress.steps_per_epoch).unwrap_or(0);
        self.0.factor(&Progress {
            step: progress.epoch,
            epoch: progress.epoch,
            steps_per_epoch: 1,
            total_steps: epochs,
        })
    }

    fn epoch_end(&mut self, metric: f64) {
        self.0.epoch_end(metric);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CosineLr, OnPlateau};
    use super::*;

    #[test]
    fn a_whole_run_has_as_many_steps_as_epochs() {
        let (mut per_epoch, mut plain) = (PerEpoch(CosineLr::new()), CosineLr::new());
        for epoch in 0..7 {
            let found = per_epoch.factor(&Progress::new(epoch * 13 + 5, 13, 7));
            assert_eq!(found, plain.factor(&Progress::new(epoch, 1, 7)), "epoch {epoch}");
        }
    }

    #[test]
    fn the_metric_is_handed_on() {
        let mut schedule = PerEpoch(OnPlateau { patience: 0, ..OnPlateau::new() });
        schedule.epoch_end(1.0);
        schedule.epoch_end(2.0);
        assert_eq!(schedule.factor(&Progress::new(5, 10, 1)), 0.1);
    }
}
