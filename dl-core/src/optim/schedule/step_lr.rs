//! A factor every few epochs. PyTorch: `StepLR`.

use super::{Progress, Schedule};
use crate::optim::power;

/// `gamma` to the power of `epoch / step_size`, rounded down. Counts epochs. PyTorch: `StepLR`.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::StepLr};
///
/// let mut schedule = StepLr { step_size: 30, gamma: 0.1 };
/// let factors = [29, 30].map(|epoch| schedule.factor(&Progress::new(epoch * 100, 100, 90)));
/// assert_eq!(factors, [1.0, 0.1]);
/// ```
#[doc(alias = "StepLR")]
#[doc(alias = "StepDecay")]
#[derive(Clone, Copy, Debug)]
pub struct StepLr {
    /// How many epochs a step lasts; above 0.
    pub step_size: u64,
    /// What each step multiplies the learning rate by.
    pub gamma: f64,
}

impl StepLr {
    /// PyTorch's default: `gamma` is 0.1.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::schedule::StepLr::new(30).gamma, 0.1);
    /// ```
    pub const fn new(step_size: u64) -> Self {
        StepLr { step_size, gamma: 0.1 }
    }
}

impl Schedule for StepLr {
    fn factor(&mut self, progress: &Progress) -> f64 {
        power(self.gamma, progress.epoch / self.step_size.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, epochs};
    use super::*;

    #[test]
    fn factors_are_pytorchs() {
        let mut schedule = StepLr { gamma: 0.5, ..StepLr::new(3) };
        check(&mut schedule, epochs(8), [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25]);
    }

    #[test]
    fn a_step_of_no_epochs_is_taken_for_one() {
        assert_eq!(StepLr { step_size: 0, gamma: 0.5 }.factor(&Progress::new(2, 1, 9)), 0.25);
    }
}
