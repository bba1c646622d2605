//! Shows the network to a function whenever it is better than before.

use core::fmt;

use crate::Network;

use super::monitor::Record;
use super::{Callback, EpochReport, Flow, Mode, Monitor, Plan};

/// Calls a function, which may save the network, after every epoch that improves the watched number.
///
/// What the function returns says whether training goes on, so that a disk that is full can end it.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::{BestCheckpoint, EpochReport, Fit, Flow};
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
/// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
/// let mut saved = 0;
/// let checkpoint = BestCheckpoint::new(|_: &Net, _: &EpochReport| {
///     saved += 1; // write a file
///     Flow::Continue(())
/// });
/// trainer.fit(&data, (), Fit::new(3, 2), checkpoint).unwrap();
/// assert_eq!(saved, 3);
/// # }
/// ```
pub struct BestCheckpoint<F> {
    record: Record,
    save: F,
}

impl<F> BestCheckpoint<F> {
    /// Watches the validation loss, or the training loss where there are no validation data.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{BestCheckpoint, EpochReport, Flow};
    /// let checkpoint = BestCheckpoint::new(|_: &Net, _: &EpochReport| Flow::Break("the disk is full"));
    /// assert_eq!(checkpoint.best(), None);
    /// # }
    /// ```
    pub fn new<N: Network>(save: F) -> Self
    where
        F: FnMut(&N, &EpochReport) -> Flow,
    {
        BestCheckpoint { record: Record::new(Monitor::Loss), save }
    }

    /// What is watched, and with it the better direction: smaller for a loss, larger for a metric.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{BestCheckpoint, EpochReport, Flow, Monitor};
    /// let save = |_: &Net, _: &EpochReport| Flow::Continue(());
    /// let checkpoint = BestCheckpoint::new(save).monitor(Monitor::Metric); // larger is better
    /// # let _ = checkpoint;
    /// # }
    /// ```
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.record = Record::new(monitor);
        self
    }

    /// Which direction is better. To be said after [`monitor`](Self::monitor).
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{BestCheckpoint, EpochReport, Flow, Mode, Monitor};
    /// let save = |_: &Net, _: &EpochReport| Flow::Continue(());
    /// let of_an_error = BestCheckpoint::new(save).monitor(Monitor::Metric).mode(Mode::Min);
    /// # let _ = of_an_error;
    /// # }
    /// ```
    pub fn mode(mut self, mode: Mode) -> Self {
        self.record.mode = mode;
        self
    }

    /// The best epoch of the last training, and its number.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{BestCheckpoint, EpochReport, Fit, Flow};
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// let mut checkpoint = BestCheckpoint::new(|_: &Net, _: &EpochReport| Flow::Continue(()));
    /// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(3, 2), &mut checkpoint).unwrap();
    /// let (epoch, loss) = checkpoint.best().unwrap();
    /// assert!(epoch == 3 && loss.is_finite());
    /// # }
    /// ```
    pub fn best(&self) -> Option<(usize, f64)> {
        self.record.best
    }
}

impl<N: Network, F: FnMut(&N, &EpochReport) -> Flow> Callback<N> for BestCheckpoint<F> {
    fn on_train_begin(&mut self, _: &Plan, _: &mut N) {
        self.record.best = None;
    }

    fn on_epoch_end(&mut self, report: &EpochReport, net: &mut N) -> Flow {
        match self.record.improves(report) {
            Some(true) => (self.save)(net, report),
            Some(false) => Flow::Continue(()),
            None => self.record.missing(),
        }
    }
}

impl<F> fmt::Debug for BestCheckpoint<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BestCheckpoint").field("record", &self.record).finish_non_exhaustive()
    }
}
