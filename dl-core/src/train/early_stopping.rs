//! Stops when nothing improves any more, and puts the best weights back.

use core::fmt;

use crate::place::Place;
use crate::{Network, params};

use super::monitor::Record;
use super::{Callback, EpochReport, FitReport, Flow, Mode, Monitor, Plan};

/// Stops training when the watched number has not improved for `patience` epochs.
///
/// With [`restore_best`](Self::restore_best) the network ends with the weights of its best epoch, whatever ended the
/// training.
///
/// ```
/// use dl_core::train::{EarlyStopping, Monitor};
///
/// let stopping = EarlyStopping::new(5).monitor(Monitor::ValidLoss).min_delta(1e-4);
/// assert_eq!(stopping.best(), None);
/// ```
#[derive(Debug)]
pub struct EarlyStopping<K = ()> {
    record: Record,
    patience: usize,
    keep: K,
}

impl EarlyStopping {
    /// Watches the validation loss, or the training loss where there are no validation data.
    ///
    /// ```
    /// assert_eq!(dl_core::train::EarlyStopping::new(5).best(), None);
    /// ```
    pub fn new(patience: usize) -> Self {
        EarlyStopping { record: Record::new(Monitor::Loss), patience, keep: () }
    }

    /// Puts the weights of the best epoch back at the end of training. `best` is where they are kept meanwhile.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Best, EarlyStopping, Fit};
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// let mut stopping = EarlyStopping::new(3).restore_best(Best::boxed());
    /// trainer.fit(&data, &data, Fit::new(20, 1), &mut stopping).unwrap();
    /// assert_eq!(trainer.evaluate(&data, &mut ()).unwrap(), stopping.best().unwrap().1);
    /// # }
    /// ```
    #[doc(alias = "restore_best_weights")]
    pub fn restore_best<N: Network>(self, best: Best<N>) -> EarlyStopping<Best<N>> {
        EarlyStopping { record: self.record, patience: self.patience, keep: best }
    }
}

impl<K> EarlyStopping<K> {
    /// What is watched, and with it the better direction: smaller for a loss, larger for a metric.
    ///
    /// ```
    /// use dl_core::train::{EarlyStopping, Monitor};
    ///
    /// let of_accuracy = EarlyStopping::new(5).monitor(Monitor::Metric); // larger is better
    /// # let _ = of_accuracy;
    /// ```
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.record = Record::new(monitor);
        self
    }

    /// Which direction is better. To be said after [`monitor`](Self::monitor).
    ///
    /// ```
    /// use dl_core::train::{EarlyStopping, Mode, Monitor};
    ///
    /// let of_an_error = EarlyStopping::new(5).monitor(Monitor::Metric).mode(Mode::Min);
    /// # let _ = of_an_error;
    /// ```
    pub fn mode(mut self, mode: Mode) -> Self {
        self.record.mode = mode;
        self
    }

    /// A change that is not larger is no improvement; 0 by default.
    ///
    /// ```
    /// use dl_core::train::EarlyStopping;
    ///
    /// let stopping = EarlyStopping::new(5).min_delta(1e-4);
    /// # let _ = stopping;
    /// ```
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.record.min_delta = min_delta;
        self
    }

    /// The best epoch of the last training, and its number.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{EarlyStopping, Fit};
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// let mut stopping = EarlyStopping::new(5);
    /// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(3, 2), &mut stopping).unwrap();
    /// assert_eq!(stopping.best().unwrap().0, 3);
    /// # }
    /// ```
    pub fn best(&self) -> Option<(usize, f64)> {
        self.record.best
    }
}

impl<N: Network, K: Keep<N>> Callback<N> for EarlyStopping<K> {
    fn on_train_begin(&mut self, _: &Plan, _: &mut N) {
        self.record.best = None;
    }

    fn on_epoch_end(&mut self, report: &EpochReport, net: &mut N) -> Flow {
        let Some(improved) = self.record.improves(report) else { return self.record.missing() };
        if improved {
            self.keep.save(net);
        }
        let best = self.record.best.map_or(0, |(epoch, _)| epoch);
        if report.epoch - best >= self.patience.max(1) {
            return Flow::Break("early stopping: no improvement");
        }
        Flow::Continue(())
    }

    fn on_train_end(&mut self, _: &FitReport, net: &mut N) {
        if self.record.best.is_some() {
            self.keep.restore(net);
        }
    }
}

/// Where the best weights are kept: nowhere (`()`), or in a [`Best`].
pub trait Keep<N: Network> {
    /// Keeps the weights of `net`.
    fn save(&mut self, net: &N);
    /// Puts them back.
    fn restore(&self, net: &mut N);
}

impl<N: Network> Keep<N> for () {
    fn save(&mut self, _: &N) {}
    fn restore(&self, _: &mut N) {}
}

/// Memory for one more copy of a network.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::{Best, EarlyStopping};
/// let best = Best::<Net>::boxed();
/// assert_eq!(format!("{best:?}"), "Best of Net: 12 bytes");
/// let stopping = EarlyStopping::new(5).restore_best(best);
/// # let _ = stopping;
/// # }
/// ```
pub struct Best<N: Network>(Place<N>);

impl<N: Network> Best<N> {
    /// On the heap.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Best, EarlyStopping};
    /// let stopping = EarlyStopping::new(5).restore_best(Best::<Net>::boxed());
    /// # let _ = stopping;
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn boxed() -> Self {
        Best(Place::boxed())
    }

    /// In memory that the caller has set aside.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{Blank, train::{Best, EarlyStopping}};
    /// let memory: &'static mut Net = Box::leak(Box::new(Net::ZERO)); // in firmware, a `static`
    /// let stopping = EarlyStopping::new(5).restore_best(Best::in_place(memory));
    /// # let _ = stopping;
    /// ```
    pub fn in_place(memory: &'static mut N) -> Self {
        Best(Place::lent(memory))
    }
}

impl<N: Network> Keep<N> for Best<N> {
    fn save(&mut self, net: &N) {
        params::copy(&mut *self.0, net);
    }
    fn restore(&self, net: &mut N) {
        params::copy(net, &*self.0);
    }
}

impl<N: Network> fmt::Debug for Best<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Best of {}: {} bytes", N::NAME, size_of::<N>())
    }
}
