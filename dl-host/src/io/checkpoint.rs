//! Weights saved while training runs.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dl_core::Network;
use dl_core::train::{Callback, EpochReport, FitReport, Flow, Mode, Monitor};

use super::safetensors;
use crate::{Error, Result};

/// The last weights are saved no more often than this, and at the end.
const EVERY: Duration = Duration::from_secs(10);

/// Saves the best weights and the last ones, as a callback of training.
///
/// `best.safetensors` is written after every epoch that is better than all before, `last.safetensors` after epochs
/// that end ten seconds or more after the last save, and when training ends: by itself, by Ctrl-C
/// (`Interrupt`) or by an error. If they cannot be saved, training stops and
/// [`finish`](Checkpoint::finish) tells why. In a tuple of callbacks it stands before one that changes weights at the
/// end, such as `EarlyStopping` that restores the best: then the last are those that training left.
///
/// ```no_run
/// use dl_core::train::Monitor;
/// use dl_host::io::Checkpoint;
///
/// let mut checkpoint = Checkpoint::new("target/digits").monitor(Monitor::Metric);
/// // trainer.fit(&data, valid, fit, &mut checkpoint)?;
/// if let Some((epoch, accuracy)) = checkpoint.best() {
///     println!("best accuracy {accuracy} after epoch {epoch}: {}", checkpoint.best_path().display());
/// }
/// checkpoint.finish()?;
/// # Ok::<(), dl_host::Error>(())
/// ```
#[doc(alias = "ModelCheckpoint")]
#[derive(Debug)]
pub struct Checkpoint {
    folder: PathBuf,
    monitor: Monitor,
    mode: Mode,
    best: Option<(usize, f64)>,
    last: Option<Instant>,
    error: Option<Error>,
}

impl Checkpoint {
    /// Saves to files in `folder`, which is made if it is missing. The best has the least validation loss, or training
    /// loss where there are no validation data.
    ///
    /// ```
    /// use dl_host::io::Checkpoint;
    ///
    /// assert_eq!(Checkpoint::new("target/digits").best(), None); // nothing is written yet
    /// ```
    pub fn new(folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref().to_owned();
        Checkpoint { folder, monitor: Monitor::Loss, mode: Mode::Min, best: None, last: None, error: None }
    }

    /// What is watched, and with it the better direction: smaller for a loss, larger for a metric.
    ///
    /// ```
    /// use dl_core::train::Monitor;
    /// use dl_host::io::Checkpoint;
    ///
    /// let of_accuracy = Checkpoint::new("target/digits").monitor(Monitor::Metric); // larger is better
    /// # let _ = of_accuracy;
    /// ```
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self.mode = if monitor == Monitor::Metric { Mode::Max } else { Mode::Min };
        self
    }

    /// Which direction is better. To be said after [`monitor`](Checkpoint::monitor).
    ///
    /// ```
    /// use dl_core::train::{Mode, Monitor};
    /// use dl_host::io::Checkpoint;
    ///
    /// let of_an_error = Checkpoint::new("target/digits").monitor(Monitor::Metric).mode(Mode::Min);
    /// # let _ = of_an_error;
    /// ```
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// The file of the best weights.
    ///
    /// ```
    /// use dl_host::io::Checkpoint;
    ///
    /// assert!(Checkpoint::new("digits").best_path().ends_with("digits/best.safetensors"));
    /// ```
    pub fn best_path(&self) -> PathBuf {
        self.folder.join("best.safetensors")
    }

    /// The file of the last weights.
    ///
    /// ```
    /// use dl_host::io::Checkpoint;
    ///
    /// assert!(Checkpoint::new("digits").last_path().ends_with("digits/last.safetensors"));
    /// ```
    pub fn last_path(&self) -> PathBuf {
        self.folder.join("last.safetensors")
    }

    /// The best epoch and its number, over all trainings that this saw.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd, train::Fit};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_host::io::Checkpoint;
    /// let folder = tempfile::tempdir()?;
    /// let mut checkpoint = Checkpoint::new(folder.path());
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(3, 2), &mut checkpoint)?;
    /// assert_eq!(checkpoint.best().map(|(epoch, _)| epoch), Some(3));
    /// assert!(checkpoint.best_path().exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn best(&self) -> Option<(usize, f64)> {
        self.best
    }

    /// Whether all went well.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd, train::Fit};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_host::io::Checkpoint;
    /// let folder = tempfile::tempdir()?;
    /// let mut checkpoint = Checkpoint::new(folder.path());
    /// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(3, 2), &mut checkpoint)?;
    /// checkpoint.finish()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of saving.
    pub fn finish(self) -> Result<()> {
        self.error.map_or(Ok(()), Err)
    }

    fn improves(&self, value: f64) -> bool {
        match (self.best, self.mode) {
            (None, _) => !value.is_nan(),
            (Some((_, best)), Mode::Min) => value < best,
            (Some((_, best)), Mode::Max) => value > best,
        }
    }

    fn save<N: Network>(&mut self, net: &N, path: &Path) -> Flow {
        match safetensors::save(net, path) {
            Ok(()) => Flow::Continue(()),
            Err(error) => {
                self.error.get_or_insert(error);
                Flow::Break("the weights could not be saved")
            }
        }
    }

    fn save_last<N: Network>(&mut self, net: &N) -> Flow {
        self.last = Some(Instant::now());
        self.save(net, &self.last_path())
    }
}

impl<N: Network> Callback<N> for Checkpoint {
    fn on_epoch_end(&mut self, report: &EpochReport, net: &mut N) -> Flow {
        let Some(value) = self.monitor.of(report) else {
            return Flow::Break("the checkpoint watches a number that was not measured");
        };
        if self.improves(value) {
            self.best = Some((report.epoch, value));
            self.save(net, &self.best_path())?;
        }
        match self.last {
            Some(last) if last.elapsed() < EVERY => Flow::Continue(()),
            _ => self.save_last(net),
        }
    }

    fn on_train_end(&mut self, _: &FitReport, net: &mut N) {
        // The training is over; an error is kept for `finish`.
        let _ = self.save_last(net);
    }
}
