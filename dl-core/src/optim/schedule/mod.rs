//! Learning rates over time.
//!
//! A schedule gives a factor of the optimizer's learning rate. PyTorch's schedulers count how often they are called,
//! once an epoch or once a step; ours know both, and each says what it counts:
//!
//! | schedule | counts | PyTorch |
//! |---|---|---|
//! | [`Constant`] | | |
//! | [`StepLr`] | epochs | `StepLR` |
//! | [`ExponentialLr`] | epochs | `ExponentialLR` |
//! | [`OnPlateau`] | epochs, by their metric | `ReduceLROnPlateau` |
//! | [`CosineLr`] | steps | `CosineAnnealingLR` |
//! | [`OneCycle`] | steps | `OneCycleLR` |
//! | [`Warmup`] | steps | `LinearLR`, before another in a `SequentialLR` |
//! | [`PerEpoch`] | makes one that counts steps count epochs | |
//! | a closure `FnMut(&Progress) -> f64` | as it likes | `LambdaLR` |

mod cosine_lr;
mod exponential_lr;
mod on_plateau;
mod one_cycle;
mod per_epoch;
mod step_lr;
mod warmup;

pub use cosine_lr::CosineLr;
pub use exponential_lr::ExponentialLr;
pub use on_plateau::{Better, OnPlateau, Plateau};
pub use one_cycle::OneCycle;
pub use per_epoch::PerEpoch;
pub use step_lr::StepLr;
pub use warmup::Warmup;

use crate::math;

/// How far a training run is, before a step.
///
/// ```
/// use dl_core::optim::Progress;
///
/// let progress = Progress::new(25, 10, 4);
/// assert_eq!(progress, Progress { step: 25, epoch: 2, steps_per_epoch: 10, total_steps: 40 });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many steps are done: 0 before the first.
    pub step: u64,
    /// How many epochs are done: 0 in the first.
    pub epoch: u64,
    /// How many steps an epoch has.
    pub steps_per_epoch: u64,
    /// How many steps the run will have.
    pub total_steps: u64,
}

impl Progress {
    /// Before step `step` (from 0) of `epochs` epochs of `steps_per_epoch` steps.
    ///
    /// ```
    /// use dl_core::optim::Progress;
    ///
    /// let progress = Progress::new(25, 10, 4);
    /// assert_eq!((progress.epoch, progress.total_steps), (2, 40));
    /// ```
    pub const fn new(step: u64, steps_per_epoch: u64, epochs: u64) -> Self {
        let epoch = match step.checked_div(steps_per_epoch) {
            Some(epoch) => epoch,
            None => 0,
        };
        Progress { step, epoch, steps_per_epoch, total_steps: steps_per_epoch.saturating_mul(epochs) }
    }
}

/// What the learning rate is multiplied by as training goes on.
///
/// ```
/// use dl_core::optim::{Progress, Schedule};
///
/// let mut halved_at_last = |p: &Progress| if 2 * p.step < p.total_steps { 1.0 } else { 0.5 };
/// assert_eq!(halved_at_last.factor(&Progress::new(8, 10, 1)), 0.5);
/// ```
pub trait Schedule {
    /// The factor of the next step.
    fn factor(&mut self, progress: &Progress) -> f64;
    /// Learns the metric of an epoch that has ended.
    fn epoch_end(&mut self, metric: f64) {
        let _ = metric;
    }
}

impl<F: FnMut(&Progress) -> f64> Schedule for F {
    fn factor(&mut self, progress: &Progress) -> f64 {
        self(progress)
    }
}

/// The learning rate stays as it is.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::Constant};
///
/// assert_eq!(Constant.factor(&Progress::new(8, 10, 1)), 1.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Constant;

impl Schedule for Constant {
    fn factor(&mut self, _: &Progress) -> f64 {
        1.0
    }
}

/// From `start` to `end` along half a cosine, as `at` goes from 0 to 1.
fn cosine(start: f64, end: f64, at: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + math::cos(core::f64::consts::PI * at))
}

#[cfg(test)]
mod testing {
    use super::*;

    /// The factors of the first steps, against what PyTorch printed to ten digits.
    pub(super) fn check(
        schedule: &mut impl Schedule,
        progress: impl Fn(u64) -> Progress,
        expected: impl IntoIterator<Item = f64>,
    ) {
        for (i, expected) in (0..).zip(expected) {
            let factor = schedule.factor(&progress(i));
            assert!((factor - expected).abs() < 1e-9, "factor {i} is {factor}, PyTorch's {expected}");
        }
    }

    /// Epochs of one step each.
    pub(super) fn epochs(n: u64) -> impl Fn(u64) -> Progress {
        move |i| Progress::new(i, 1, n)
    }

    /// Steps of one epoch.
    pub(super) fn steps(n: u64) -> impl Fn(u64) -> Progress {
        move |i| Progress::new(i, n, 1)
    }

    #[test]
    fn progress_without_steps_is_in_its_first_epoch() {
        assert_eq!(Progress::new(3, 0, 5), Progress { step: 3, ..Progress::default() });
    }
}
