//! The numbers of every epoch: kept, drawn, and written as a table while training runs.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Chart;
use crate::data::csv;
use crate::{Error, Result};

/// The numbers of one epoch.
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

/// Keeps the numbers of every epoch. A callback of training; a loop of one's own calls [`push`](History::push).
///
/// ```
/// use dl_host::report::{Epoch, History};
///
/// let mut history = History::new();
/// history.push(Epoch { epoch: 1, train_loss: 0.5, valid_loss: Some(0.75), metric: None, lr: 0.01 });
///
/// let folder = tempfile::tempdir()?;
/// history.save_csv(folder.path().join("history.csv"))?;
/// history.chart("Digits").save(folder.path().join("loss.svg"))?;
/// let csv = std::fs::read_to_string(folder.path().join("history.csv"))?;
/// assert_eq!(csv, "epoch,train_loss,valid_loss,metric,lr\n1,0.5,0.75,,0.01\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct History {
    epochs: Vec<Epoch>,
    file: Option<(File, PathBuf)>,
    error: Option<Error>,
}

impl History {
    /// Kept in memory alone.
    pub fn new() -> Self {
        History::default()
    }

    /// Also written to a table, a line as soon as an epoch is done; what was in the file before is lost.
    ///
    /// An error while training runs ends the writing, not the training; [`finish`](History::finish) tells it.
    ///
    /// # Errors
    ///
    /// If the file cannot be made.
    pub fn to_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let error = |source| Error::io(path, "write", source);
        let mut file = File::create(path).map_err(error)?;
        writeln!(file, "{}", HEADER.join(",")).map_err(error)?;
        Ok(History { file: Some((file, path.to_owned())), ..History::new() })
    }

    /// Adds an epoch.
    pub fn push(&mut self, epoch: Epoch) {
        self.epochs.push(epoch);
        if let Some((file, path)) = &mut self.file
            && let Err(source) = writeln!(file, "{}", epoch.fields().join(","))
        {
            self.error = Some(Error::io(path, "write", source));
            self.file = None;
        }
    }

    /// The epochs so far.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// Writes all epochs to a table.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        csv::write(path, &HEADER, self.epochs.iter().map(Epoch::fields))
    }

    /// The losses over the epochs.
    pub fn chart(&self, title: &str) -> Chart {
        let x = |epoch: &Epoch| epoch.epoch as f64;
        let chart = Chart::new(title, "epoch", "loss")
            .series("train", self.epochs.iter().map(|epoch| (x(epoch), epoch.train_loss)));
        if self.epochs.iter().all(|epoch| epoch.valid_loss.is_none()) {
            return chart;
        }
        let valid = |epoch: &Epoch| (x(epoch), epoch.valid_loss.unwrap_or(f64::NAN));
        chart.series("valid", self.epochs.iter().map(valid))
    }

    /// The metric over the epochs, under its name.
    pub fn metric_chart(&self, title: &str, metric: &str) -> Chart {
        let points = self.epochs.iter().map(|epoch| (epoch.epoch as f64, epoch.metric.unwrap_or(f64::NAN)));
        Chart::new(title, "epoch", metric).series(metric, points)
    }

    /// All epochs, or the error that ended the writing of the table.
    ///
    /// # Errors
    ///
    /// If a line could not be written.
    pub fn finish(self) -> Result<Vec<Epoch>> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.epochs),
        }
    }
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
        let mut history = History::to_csv(&path).unwrap();
        for (epoch, lines) in [(FIRST, 2), (SECOND, 3)] {
            history.push(epoch);
            assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), lines);
        }
        let at_once = folder.path().join("at_once.csv");
        history.save_csv(&at_once).unwrap();
        assert_eq!(std::fs::read(&at_once).unwrap(), std::fs::read(&path).unwrap());
        let table = csv::read(&path).unwrap();
        assert_eq!(table.numbers::<f64, 2>(["train_loss", "lr"]).unwrap(), [[0.1, 1e-3]; 2]);
        assert_eq!(history.finish().unwrap().len(), 2);
    }

    #[test]
    fn a_chart_has_the_series_there_are() {
        let mut history = History::new();
        history.push(FIRST);
        assert!(!history.chart("t").to_svg().contains(">valid</text>"));
        history.push(SECOND);
        assert!(history.chart("t").to_svg().contains(">valid</text>"));
        assert!(history.metric_chart("t", "accuracy").to_svg().contains(">accuracy</text>"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_ends_the_writing_and_is_told_at_the_end() {
        let mut history = History { file: None, ..History::new() };
        let full = File::options().write(true).open("/dev/full").unwrap();
        history.file = Some((full, "full.csv".into()));
        history.push(FIRST);
        history.push(SECOND);
        assert_eq!(history.epochs().len(), 2);
        let error = history.finish().unwrap_err().to_string();
        assert!(error.starts_with("full.csv: cannot write: "), "{error}");
    }
}
