//! What runs beside the training: hooks of [`Trainer::fit`](super::Trainer::fit).

use core::ops::ControlFlow;

use crate::Network;

use super::StepReport;

/// Whether training goes on; a `Break` says why not.
///
/// ```
/// use dl_core::train::Flow;
///
/// const GO_ON: Flow = Flow::Continue(());
/// const STOP: Flow = Flow::Break("the time is up");
/// # assert!(GO_ON.is_continue() && STOP.is_break());
/// ```
pub type Flow = ControlFlow<&'static str>;

/// What is known when training begins.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::{Callback, Fit, Plan};
/// struct Announce;
/// impl Callback<Net> for Announce {
///     fn on_train_begin(&mut self, plan: &Plan, _: &mut Net) {
///         assert_eq!((plan.epochs, plan.steps, plan.samples, plan.batch), (5, 2, 3, 2));
///     }
/// }
/// let data = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
/// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(5, 2), Announce).unwrap();
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The number of epochs asked for.
    pub epochs: usize,
    /// Steps in an epoch.
    pub steps: usize,
    /// Samples in an epoch.
    pub samples: usize,
    /// Samples in a step; the last of an epoch may have fewer.
    pub batch: usize,
}

/// What an epoch did.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::{Fit, each_epoch};
/// let data = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
/// let print = each_epoch(|report| println!("{}/{}: {}", report.epoch, report.epochs, report.train_loss));
/// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(5, 2), print).unwrap();
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct EpochReport {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The number of epochs asked for.
    pub epochs: usize,
    /// Mean of the steps' losses, weighted by their samples; each is from before its step's update.
    pub train_loss: f64,
    /// Loss over the validation data after the epoch, if there are any.
    pub valid_loss: Option<f64>,
    /// The metric of the validation data, if there is one.
    pub metric: Option<f64>,
    /// What the metric is called.
    pub metric_name: &'static str,
    /// The learning rate of the last step.
    pub lr: f64,
    /// Steps that were skipped because their loss was not finite (with `Fit::skip_non_finite`).
    pub skipped: usize,
}

impl EpochReport {
    pub(super) const BLANK: EpochReport = EpochReport {
        epoch: 0,
        epochs: 0,
        train_loss: 0.0,
        valid_loss: None,
        metric: None,
        metric_name: "metric",
        lr: 0.0,
        skipped: 0,
    };
}

/// What a whole training did.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::Fit;
/// let data = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
/// let report = NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(5, 2), ()).unwrap();
/// assert_eq!((report.epochs, report.steps, report.stopped), (5, 10, None));
/// assert!(report.last.unwrap().train_loss.is_finite());
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FitReport {
    /// Epochs that were finished.
    pub epochs: usize,
    /// Steps that were made.
    pub steps: u64,
    /// The last finished epoch.
    pub last: Option<EpochReport>,
    /// Why a callback ended the training early.
    pub stopped: Option<&'static str>,
}

/// Hooks that [`Trainer::fit`](super::Trainer::fit) calls; all do nothing unless written.
///
/// `()` is no callback, a tuple of up to six calls them in order, and `&mut C` lets a callback be read afterwards.
/// Every hook may change the network: [`Averaging`](super::Averaging) swaps its weights in and out.
///
/// ```
/// use dl_core::Network;
/// use dl_core::train::{Callback, EpochReport, Flow};
///
/// /// Stops when the loss is small enough.
/// struct GoodEnough(f64);
/// impl<N: Network> Callback<N> for GoodEnough {
///     fn on_epoch_end(&mut self, report: &EpochReport, _: &mut N) -> Flow {
///         if report.train_loss < self.0 { Flow::Break("the loss is small enough") } else { Flow::Continue(()) }
///     }
/// }
/// ```
pub trait Callback<N: Network> {
    /// Before the first epoch.
    fn on_train_begin(&mut self, plan: &Plan, net: &mut N) {
        let _ = (plan, net);
    }
    /// Before every epoch, counted from 1.
    fn on_epoch_begin(&mut self, epoch: usize, net: &mut N) {
        let _ = (epoch, net);
    }
    /// After every step; a `Break` ends the training there.
    fn on_step_end(&mut self, report: &StepReport, net: &mut N) -> Flow {
        let _ = (report, net);
        Flow::Continue(())
    }
    /// Before validation, if there is any.
    fn on_valid_begin(&mut self, net: &mut N) {
        let _ = net;
    }
    /// After every epoch, validation included; a `Break` ends the training.
    fn on_epoch_end(&mut self, report: &EpochReport, net: &mut N) -> Flow {
        let _ = (report, net);
        Flow::Continue(())
    }
    /// At the end, also when an error ended the training.
    fn on_train_end(&mut self, report: &FitReport, net: &mut N) {
        let _ = (report, net);
    }
}

impl<N: Network> Callback<N> for () {}

impl<N: Network, C: Callback<N> + ?Sized> Callback<N> for &mut C {
    fn on_train_begin(&mut self, plan: &Plan, net: &mut N) {
        (**self).on_train_begin(plan, net);
    }
    fn on_epoch_begin(&mut self, epoch: usize, net: &mut N) {
        (**self).on_epoch_begin(epoch, net);
    }
    fn on_step_end(&mut self, report: &StepReport, net: &mut N) -> Flow {
        (**self).on_step_end(report, net)
    }
    fn on_valid_begin(&mut self, net: &mut N) {
        (**self).on_valid_begin(net);
    }
    fn on_epoch_end(&mut self, report: &EpochReport, net: &mut N) -> Flow {
        (**self).on_epoch_end(report, net)
    }
    fn on_train_end(&mut self, report: &FitReport, net: &mut N) {
        (**self).on_train_end(report, net);
    }
}

/// The first `Break` of all; the others run all the same.
fn first(all: &[Flow]) -> Flow {
    all.iter().find(|flow| flow.is_break()).copied().unwrap_or(Flow::Continue(()))
}

macro_rules! tuples {
    ($(($($part:ident $at:tt),+))*) => { $(
        impl<N: Network, $($part: Callback<N>),+> Callback<N> for ($($part,)+) {
            fn on_train_begin(&mut self, plan: &Plan, net: &mut N) {
                $(self.$at.on_train_begin(plan, net);)+
            }
            fn on_epoch_begin(&mut self, epoch: usize, net: &mut N) {
                $(self.$at.on_epoch_begin(epoch, net);)+
            }
            fn on_step_end(&mut self, report: &StepReport, net: &mut N) -> Flow {
                first(&[$(self.$at.on_step_end(report, net)),+])
            }
            fn on_valid_begin(&mut self, net: &mut N) {
                $(self.$at.on_valid_begin(net);)+
            }
            fn on_epoch_end(&mut self, report: &EpochReport, net: &mut N) -> Flow {
                first(&[$(self.$at.on_epoch_end(report, net)),+])
            }
            fn on_train_end(&mut self, report: &FitReport, net: &mut N) {
                $(self.$at.on_train_end(report, net);)+
            }
        }
    )* };
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

/// The callback that calls `f` after every epoch.
///
/// ```
/// use dl_core::train::each_epoch;
///
/// let mut losses = Vec::new();
/// let callback = each_epoch(|report| losses.push(report.train_loss));
/// # let _ = callback;
/// ```
pub fn each_epoch<F: FnMut(&EpochReport)>(f: F) -> EachEpoch<F> {
    EachEpoch(f)
}

/// What [`each_epoch`] makes.
#[derive(Debug)]
pub struct EachEpoch<F>(F);

impl<N: Network, F: FnMut(&EpochReport)> Callback<N> for EachEpoch<F> {
    fn on_epoch_end(&mut self, report: &EpochReport, _: &mut N) -> Flow {
        (self.0)(report);
        Flow::Continue(())
    }
}
