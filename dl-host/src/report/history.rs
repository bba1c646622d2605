//! The numbers of every epoch, as a table and as curves.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use dl_core::Network;
use dl_core::train::{Callback, EpochReport, Flow};

use super::Chart;
use crate::data::csv;
use crate::{Error, Result};

/// The numbers of one epoch.
///
/// ```
/// use dl_host::report::Epoch;
///
/// let epoch = Epoch { epoch: 1, train_loss: 0.5, valid_loss: Some(0.75), metric: None, lr: 0.01 };
/// assert!(epoch.valid_loss > Some(epoch.train_loss));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Mean loss over the training data.
    pub train_loss: f64,
    /// Loss over the validation data, if there are any.
    pub valid_loss: Option<f64>,
    /// The metric of the validation data, if there is one.
    pub metric: Option<f64>,
    /// The learning rate.
    pub lr: f64,
}

const HEADER: [&str; 5] = ["epoch", "train_loss", "valid_loss", "metric", "lr"];

impl Epoch {
    fn fields(&self) -> [String; 5] {
        let text = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
        [
            self.epoch.to_string(),
            self.train_loss.to_string(),
            text(self.valid_loss),
            text(self.metric),
            self.lr.to_string(),
        ]
    }
}

impl From<&EpochReport> for Epoch {
    fn from(report: &EpochReport) -> Self {
        let &EpochReport { epoch, train_loss, valid_loss, metric, lr, .. } = report;
        Epoch { epoch, train_loss, valid_loss, metric, lr }
    }
}

/// Writes the numbers of every epoch to a table as soon as it is done.
///
/// A callback of training; a loop of one's own calls [`push`](HistoryCsv::push). An error while training runs ends the
/// writing, not the training; [`finish`](HistoryCsv::finish) tells it.
///
/// ```
/// use dl_host::report::{Epoch, HistoryCsv};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("history.csv");
/// let mut history = HistoryCsv::create(&path)?;
/// history.push(Epoch { epoch: 1, train_loss: 0.5, valid_loss: Some(0.75), metric: None, lr: 0.01 });
/// history.finish()?;
/// let csv = std::fs::read_to_string(&path)?;
/// assert_eq!(csv, "epoch,train_loss,valid_loss,metric,lr\n1,0.5,0.75,,0.01\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "CSVLogger")]
#[derive(Debug)]
pub struct HistoryCsv {
    path: PathBuf,
    file: std::result::Result<File, std::io::Error>,
}

impl HistoryCsv {
    /// Makes the file with its header; what was in it before is lost.
    ///
    /// ```
    /// use dl_host::report::HistoryCsv;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("history.csv");
    /// HistoryCsv::create(&path)?.finish()?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "epoch,train_loss,valid_loss,metric,lr\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let error = |source| Error::io(path, "write", source);
        let mut file = File::create(path).map_err(error)?;
        writeln!(file, "{}", HEADER.join(",")).map_err(error)?;
        Ok(HistoryCsv { path: path.to_owned(), file: Ok(file) })
    }

    /// Adds an epoch.
    ///
    /// ```
    /// use dl_host::report::{Epoch, HistoryCsv};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut history = HistoryCsv::create(folder.path().join("history.csv"))?;
    /// history.push(Epoch { epoch: 1, train_loss: 0.5, valid_loss: None, metric: None, lr: 0.01 });
    /// history.finish()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn push(&mut self, epoch: Epoch) {
        if let Ok(file) = &mut self.file
            && let Err(error) = writeln!(file, "{}", epoch.fields().join(","))
        {
            self.file = Err(error);
        }
    }

    /// Whether all went well.
    ///
    /// ```
    /// use dl_host::report::HistoryCsv;
    ///
    /// let folder = tempfile::tempdir()?;
    /// HistoryCsv::create(folder.path().join("history.csv"))?.finish()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a line could not be written; no later one was either.
    pub fn finish(self) -> Result<()> {
        self.file.map(drop).map_err(|source| Error::io(&self.path, "write", source))
    }
}

impl<N: Network> Callback<N> for HistoryCsv {
    fn on_epoch_end(&mut self, report: &EpochReport, _: &mut N) -> Flow {
        self.push(report.into());
        Flow::Continue(())
    }
}

/// Writes the numbers of all epochs to a table; the file appears when it is complete.
///
/// ```no_run
/// # use dl_host::report::{Epoch, save_history};
/// # let history: Vec<Epoch> = vec![];
/// save_history("history.csv", history)?;
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// If the file cannot be written.
pub fn save_history<E: Into<Epoch>>(
    path: impl AsRef<Path>,
    epochs: impl IntoIterator<Item = E>,
) -> Result<()> {
    csv::write(path, &HEADER, epochs.into_iter().map(|epoch| epoch.into().fields()))
}

/// The losses over the epochs: on the training data, and on the validation data if there are any.
///
/// ```
/// use dl_host::report::{Epoch, loss_chart};
///
/// let epoch = Epoch { epoch: 1, train_loss: 0.5, valid_loss: Some(0.75), metric: None, lr: 0.01 };
/// let svg = loss_chart("Digits", [epoch]).to_svg();
/// assert!(svg.contains(">train</text>") && svg.contains(">valid</text>"));
/// ```
pub fn loss_chart<E: Into<Epoch>>(title: &str, epochs: impl IntoIterator<Item = E>) -> Chart {
    let epochs = epochs.into_iter().map(Into::into).collect::<Vec<_>>();
    let train = epochs.iter().map(|epoch| (epoch.epoch as f64, epoch.train_loss));
    let chart = Chart::new(title, "epoch", "loss").series("train", train);
    if epochs.iter().all(|epoch| epoch.valid_loss.is_none()) {
        return chart;
    }
    chart.series(
        "valid",
        epochs.iter().map(|epoch| (epoch.epoch as f64, epoch.valid_loss.unwrap_or(f64::NAN))),
    )
}

/// The metric over the epochs, under its name.
///
/// ```
/// use dl_host::report::{Epoch, metric_chart};
///
/// let epoch = Epoch { epoch: 1, train_loss: 0.5, valid_loss: None, metric: Some(0.75), lr: 0.01 };
/// assert!(metric_chart("Digits", "accuracy", [epoch]).to_svg().contains(">accuracy</text>"));
/// ```
pub fn metric_chart<E: Into<Epoch>>(title: &str, metric: &str, epochs: impl IntoIterator<Item = E>) -> Chart {
    let epochs = epochs.into_iter().map(Into::into);
    let points = epochs.map(|epoch| (epoch.epoch as f64, epoch.metric.unwrap_or(f64::NAN)));
    Chart::new(title, "epoch", metric).series(metric, points)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Epoch = Epoch { epoch: 1, train_loss: 0.1, valid_loss: None, metric: Some(0.5), lr: 1e-3 };
    const SECOND: Epoch = Epoch { epoch: 2, valid_loss: Some(f64::NAN), ..FIRST };

    #[test]
    fn a_table_is_there_while_training_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.csv");
        let mut history = HistoryCsv::create(&path).unwrap();
        for (epoch, lines) in [(FIRST, 2), (SECOND, 3)] {
            history.push(epoch);
            assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), lines);
        }
        history.finish().unwrap();
        let at_once = folder.path().join("at_once.csv");
        save_history(&at_once, [FIRST, SECOND]).unwrap();
        assert_eq!(std::fs::read(&at_once).unwrap(), std::fs::read(&path).unwrap());
        let table = csv::read(&path).unwrap();
        assert_eq!(table.numbers::<f64, 2>(["train_loss", "lr"]).unwrap(), [[0.1, 1e-3]; 2]);
    }

    #[test]
    fn a_chart_has_the_series_there_are() {
        assert!(!loss_chart("t", [FIRST]).to_svg().contains(">valid</text>"));
        assert!(loss_chart("t", [FIRST, SECOND]).to_svg().contains(">valid</text>"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_ends_the_writing_and_is_told_at_the_end() {
        let full = File::options().write(true).open("/dev/full");
        let mut history = HistoryCsv { path: "full.csv".into(), file: full };
        history.push(FIRST);
        history.push(SECOND);
        let error = history.finish().unwrap_err().to_string();
        assert!(error.starts_with("full.csv: cannot write: "), "{error}");
    }
}
