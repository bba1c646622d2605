//! A factor every epoch. PyTorch: `ExponentialLR`.

use super::{Progress, Schedule};
use crate::optim::power;

/// `gamma` to the power of `epoch`. Counts epochs. PyTorch: `ExponentialLR`.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::ExponentialLr};
///
/// assert_eq!(ExponentialLr { gamma: 0.5 }.factor(&Progress::new(250, 100, 10)), 0.25);
/// ```
#[doc(alias = "ExponentialLR")]
#[derive(Clone, Copy, Debug)]
pub struct ExponentialLr {
    /// What each epoch multiplies the learning rate by.
    pub gamma: f64,
}

impl Schedule for ExponentialLr {
    fn factor(&mut self, progress: &Progress) -> f64 {
        power(self.gamma, progress.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, epochs};
    use super::*;

    #[test]
    fn factors_are_pytorchs() {
        check(&mut ExponentialLr { gamma: 0.9 }, epochs(4), [1.0, 0.9, 0.81, 0.729]);
    }
}
