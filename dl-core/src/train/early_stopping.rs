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
    pub fn new(patience: usize) -> Self {
        EarlyStopping { record: Record::new(Monitor::Loss), patience, keep: () }
    }

    /// Puts the weights of the best epoch back at the end of training. `best` is where they are kept meanwhile.
    #[doc(alias = "restore_best_weights")]
    pub fn restore_best<N: Network>(self, best: Best<N>) -> EarlyStopping<Best<N>> {
        EarlyStopping { record: self.record, patience: self.patience, keep: best }
    }
}

impl<K> EarlyStopping<K> {
    /// What is watched, and with it the better direction: smaller for a loss, larger for a metric.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.record = Record::new(monitor);
        self
    }

    /// Which direction is better. To be said after [`monitor`](Self::monitor).
    pub fn mode(mut self, mode: Mode) -> Self {
        self.record.mode = mode;
        self
    }

    /// A change that is not larger is no improvement; 0 by default.
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.record.min_delta = min_delta;
        self
    }

    /// The best epoch of the last training, and its number.
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
pub struct Best<N: Network>(Place<N>);

impl<N: Network> Best<N> {
    /// On the heap.
    #[cfg(feature = "alloc")]
    pub fn boxed() -> Self {
        Best(Place::boxed())
    }

    /// In memory that the caller has set aside.
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
