//! The reports of all epochs.

use crate::Network;

use super::{Callback, EpochReport, Flow};

/// Keeps the reports of the first `EPOCHS` epochs, without heap.
///
/// ```
/// use dl_core::train::History;
///
/// let history = History::<100>::new();
/// assert!(history.epochs().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct History<const EPOCHS: usize> {
    reports: [EpochReport; EPOCHS],
    len: usize,
    missed: usize,
}

impl<const EPOCHS: usize> History<EPOCHS> {
    /// An empty history.
    ///
    /// ```
    /// use dl_core::train::History;
    ///
    /// static EMPTY: History<100> = History::new();
    /// assert_eq!(EMPTY.epochs().len(), 0);
    /// ```
    pub const fn new() -> Self {
        History { reports: [EpochReport::BLANK; EPOCHS], len: 0, missed: 0 }
    }

    /// What was kept, in order. A history that sees several trainings keeps them all.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Fit, History};
    /// let mut history = History::<10>::new();
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(3, 2), &mut history).unwrap();
    /// assert_eq!(history.epochs().len(), 3);
    /// assert_eq!(history.epochs()[2].epoch, 3);
    /// # }
    /// ```
    pub fn epochs(&self) -> &[EpochReport] {
        &self.reports[..self.len]
    }

    /// How many epochs came after it was full.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Fit, History};
    /// let mut history = History::<10>::new();
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(12, 2), &mut history).unwrap();
    /// assert_eq!((history.epochs().len(), history.missed()), (10, 2));
    /// # }
    /// ```
    pub fn missed(&self) -> usize {
        self.missed
    }
}

impl<const EPOCHS: usize> Default for History<EPOCHS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: Network, const EPOCHS: usize> Callback<N> for History<EPOCHS> {
    fn on_epoch_end(&mut self, report: &EpochReport, _: &mut N) -> Flow {
        if let Some(place) = self.reports.get_mut(self.len) {
            *place = *report;
            self.len += 1;
        } else {
            self.missed += 1;
        }
        Flow::Continue(())
    }
}

/// Keeps the reports of all epochs, on the heap.
///
/// The memory for a training's epochs is taken when it begins.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::{Fit, FullHistory};
/// let mut history = FullHistory::new();
/// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
/// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(3, 2), &mut history).unwrap();
/// assert!(history.epochs()[2].train_loss < history.epochs()[0].train_loss);
/// # }
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
pub struct FullHistory {
    reports: alloc::vec::Vec<EpochReport>,
}

#[cfg(feature = "alloc")]
impl FullHistory {
    /// An empty history.
    ///
    /// ```
    /// assert!(dl_core::train::FullHistory::new().epochs().is_empty());
    /// ```
    pub const fn new() -> Self {
        FullHistory { reports: alloc::vec::Vec::new() }
    }

    /// All epochs, in order. A history that sees several trainings keeps them all.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Fit, FullHistory};
    /// let mut history = FullHistory::new();
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(3, 2), &mut history).unwrap();
    /// assert_eq!(history.epochs().len(), 3);
    /// # }
    /// ```
    pub fn epochs(&self) -> &[EpochReport] {
        &self.reports
    }
}

#[cfg(feature = "alloc")]
impl<N: Network> Callback<N> for FullHistory {
    fn on_train_begin(&mut self, plan: &super::Plan, _: &mut N) {
        // Epochs are a wish, which may be "until stopped": more than this grows as it goes.
        self.reports.reserve(plan.epochs.min(10_000));
    }

    fn on_epoch_end(&mut self, report: &EpochReport, _: &mut N) -> Flow {
        self.reports.push(*report);
        Flow::Continue(())
    }
}
