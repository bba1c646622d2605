//! How far training is: a bar where somebody watches, and a line for each epoch.

use std::io::{self, Stdout, Write};
use std::time::{Duration, Instant};

use dl_core::Network;
use dl_core::train::{Callback, EpochReport, FitReport, Flow, Plan, StepReport};

use super::bar::Bar;

/// Shows how far training is. A line an epoch goes to the standard output:
///
/// ```text
/// epoch  3/30  train 0.1234  valid 0.2345  accuracy 0.9500  1.2 s
/// ```
///
/// While an epoch runs and the standard error is a terminal, a bar is there, with steps, mean loss and the time that is
/// left. As a callback of training it does this by itself; a loop of one's own calls the methods.
///
/// ```
/// use dl_host::report::Progress;
///
/// let mut progress = Progress::to(Vec::new());
/// progress.begin(2, 50);
/// progress.begin_epoch(1);
/// for _ in 0..50 {
///     progress.step(0.25);
/// }
/// progress.end_epoch(&[("loss", 0.25), ("accuracy", 0.875)]);
/// let line = String::from_utf8(progress.into_inner())?;
/// assert!(line.starts_with("epoch 1/2  loss 0.2500  accuracy 0.8750  "));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
#[derive(Debug)]
pub struct Progress<W = Stdout> {
    out: W,
    /// Tokens in a sample, of a language model.
    tokens: Option<usize>,
    samples: usize,
    trained: Duration,
    epochs: usize,
    steps: usize,
    epoch: usize,
    step: usize,
    loss: f64,
    began: Instant,
    bar: Bar,
}

impl Progress {
    /// To the standard output, with a bar on the standard error if that is a terminal.
    ///
    /// ```
    /// use dl_host::report::Progress;
    ///
    /// let progress = Progress::new();
    /// // trainer.fit(&data, (), fit, progress)?;
    /// # let _ = progress;
    /// ```
    pub fn new() -> Self {
        Progress { bar: Bar::on_terminal(), ..Progress::to(io::stdout()) }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Progress::new()
    }
}

impl<W: Write> Progress<W> {
    /// Lines to `out`, and no bar.
    ///
    /// ```
    /// use dl_host::report::Progress;
    ///
    /// let mut progress = Progress::to(Vec::new());
    /// progress.say("hello");
    /// assert_eq!(progress.into_inner(), b"hello\n");
    /// ```
    pub fn to(out: W) -> Self {
        Progress {
            out,
            tokens: None,
            samples: 0,
            trained: Duration::ZERO,
            epochs: 0,
            steps: 0,
            epoch: 0,
            step: 0,
            loss: 0.0,
            began: Instant::now(),
            bar: Bar::NONE,
        }
    }

    /// For a language model, with so many tokens in a sample and a loss that is the cross-entropy of a token.
    ///
    /// The line of an epoch then also has the perplexity, `exp` of the validation loss if there is one, else of the
    /// training loss, and the tokens that were trained on in a second.
    ///
    /// ```
    /// # use dl_core::{loss::CrossEntropy, optim::Adam};
    /// # #[dl_macros::network(input = [u16; 2], crate = dl_core)]
    /// # struct Net { embed: Embedding<3, 4>, head: Dense<3> }
    /// use dl_core::train::{Fit, Windows};
    /// use dl_host::report::Progress;
    ///
    /// let text = [0, 1, 2, 0, 1, 2, 0, 1, 2];
    /// let mut progress = Progress::to(Vec::new()).language_model(2);
    /// let mut trainer = NetTrainer::<CrossEntropy<2>, Adam>::boxed(0);
    /// trainer.fit(&Windows::consecutive(&text), (), Fit::new(1, 4), &mut progress)?;
    /// let line = String::from_utf8(progress.into_inner())?;
    /// assert!(line.contains("  perplexity ") && line.contains(" tokens/s  "), "{line}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn language_model(self, tokens: usize) -> Self {
        Progress { tokens: Some(tokens), ..self }
    }

    /// Training begins: so many epochs of so many steps.
    ///
    /// ```
    /// # use dl_host::report::Progress;
    /// let mut progress = Progress::to(Vec::new());
    /// progress.begin(20, 50);
    /// progress.begin_epoch(7);
    /// progress.end_epoch(&[]);
    /// assert!(progress.into_inner().starts_with(b"epoch  7/20  "));
    /// ```
    pub fn begin(&mut self, epochs: usize, steps: usize) {
        (self.epochs, self.steps) = (epochs, steps);
    }

    /// An epoch begins; they are counted from 1.
    ///
    /// ```
    /// # use dl_host::report::Progress;
    /// let mut progress = Progress::to(Vec::new());
    /// progress.begin(2, 50);
    /// progress.begin_epoch(2);
    /// progress.end_epoch(&[]);
    /// assert!(progress.into_inner().starts_with(b"epoch 2/2  "));
    /// ```
    pub fn begin_epoch(&mut self, epoch: usize) {
        (self.epoch, self.step, self.loss, self.began) = (epoch, 0, 0.0, Instant::now());
        (self.samples, self.trained) = (0, Duration::ZERO);
        self.bar.begin(&heading(epoch, self.epochs), self.steps);
    }

    /// A step is done, with this loss.
    ///
    /// ```
    /// # use dl_host::report::Progress;
    /// let mut progress = Progress::to(Vec::new());
    /// progress.begin(2, 50);
    /// progress.begin_epoch(1);
    /// progress.step(0.25); // moves the bar; no line
    /// assert!(progress.into_inner().is_empty());
    /// ```
    pub fn step(&mut self, loss: f64) {
        self.step += 1;
        self.loss += loss;
        let mean = self.loss / self.step as f64;
        self.bar.step(self.step, || number(mean));
    }

    /// The epoch is done: its line is written, with these numbers and the time it took.
    ///
    /// A line that cannot be written is lost; training goes on.
    ///
    /// ```
    /// # use dl_host::report::Progress;
    /// let mut progress = Progress::to(Vec::new());
    /// progress.begin(2, 50);
    /// progress.begin_epoch(1);
    /// progress.end_epoch(&[("loss", 0.25), ("lr", 1e-5)]);
    /// assert!(progress.into_inner().starts_with(b"epoch 1/2  loss 0.2500  lr 1.00e-5  "));
    /// ```
    pub fn end_epoch(&mut self, numbers: &[(&str, f64)]) {
        let mut line = heading(self.epoch, self.epochs);
        for (name, value) in numbers {
            line += &format!("  {name} {}", number(*value));
        }
        if let Some(tokens) = self.tokens.filter(|_| !self.trained.is_zero()) {
            let a_second = (tokens * self.samples) as f64 / self.trained.as_secs_f64();
            line += &format!("  {a_second:.0} tokens/s");
        }
        line += &format!("  {}", duration(self.began.elapsed()));
        self.say(&line);
    }

    /// Writes a line of its own, above the bar.
    ///
    /// ```
    /// # use dl_host::report::Progress;
    /// let mut progress = Progress::to(Vec::new());
    /// progress.say("60,000 samples");
    /// assert_eq!(progress.into_inner(), b"60,000 samples\n");
    /// ```
    pub fn say(&mut self, line: &str) {
        let out = &mut self.out;
        // A reader that went away is no reason to stop training.
        self.bar.aside(|| drop(writeln!(out, "{line}").and_then(|()| out.flush())));
    }

    /// Training is over: the bar goes.
    ///
    /// ```
    /// # use dl_host::report::Progress;
    /// let mut progress = Progress::to(Vec::new());
    /// progress.begin(2, 50);
    /// progress.end();
    /// assert!(progress.into_inner().is_empty());
    /// ```
    pub fn end(&mut self) {
        self.bar.end();
    }

    /// What the lines were written to.
    ///
    /// ```
    /// # use dl_host::report::Progress;
    /// assert!(Progress::to(Vec::new()).into_inner().is_empty());
    /// ```
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<N: Network, W: Write> Callback<N> for Progress<W> {
    fn on_train_begin(&mut self, plan: &Plan, _: &mut N) {
        self.begin(plan.epochs, plan.steps);
    }

    fn on_epoch_begin(&mut self, epoch: usize, _: &mut N) {
        self.begin_epoch(epoch);
    }

    fn on_step_end(&mut self, report: &StepReport, _: &mut N) -> Flow {
        self.step(report.loss);
        if self.tokens.is_some() {
            self.samples += report.samples;
            self.trained = self.began.elapsed(); // without validation
        }
        Flow::Continue(())
    }

    fn on_epoch_end(&mut self, report: &EpochReport, _: &mut N) -> Flow {
        let mut numbers =
            vec![(if report.valid_loss.is_some() { "train" } else { "loss" }, report.train_loss)];
        numbers.extend(report.valid_loss.map(|loss| ("valid", loss)));
        if self.tokens.is_some() {
            numbers.push(("perplexity", report.valid_loss.unwrap_or(report.train_loss).exp()));
        }
        numbers.extend(report.metric.map(|metric| (report.metric_name, metric)));
        self.end_epoch(&numbers);
        if report.skipped > 0 {
            self.say(&format!("  {} steps skipped: their loss was not finite", report.skipped));
        }
        Flow::Continue(())
    }

    fn on_train_end(&mut self, report: &FitReport, _: &mut N) {
        self.end();
        if let Some(reason) = report.stopped {
            self.say(&format!("stopped after {} epochs and {} steps: {reason}", report.epochs, report.steps));
        }
    }
}

/// `epoch  3/30`
fn heading(epoch: usize, epochs: usize) -> String {
    let width = epochs.to_string().len();
    format!("epoch {epoch:width$}/{epochs}")
}

/// Four digits past the point, or in powers of ten where that would say little.
fn number(x: f64) -> String {
    if x == 0.0 || (1e-3..1e5).contains(&x.abs()) || !x.is_finite() {
        format!("{x:.4}")
    } else {
        format!("{x:.2e}")
    }
}

/// `12 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match time.as_millis() {
        ..100 => format!("{} ms", time.as_millis()),
        100..59_950 => format!("{:.1} s", time.as_secs_f64()),
        _ if seconds < 3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_aligned_and_numbers_readable() {
        assert_eq!((heading(3, 30), heading(12, 12)), ("epoch  3/30".into(), "epoch 12/12".into()));
        let numbers = [0.0, 0.12344, 12345.0, 1.5e-7, 2.25e9, -3.0, f64::NAN, f64::INFINITY].map(number);
        assert_eq!(numbers, ["0.0000", "0.1234", "12345.0000", "1.50e-7", "2.25e9", "-3.0000", "NaN", "inf"]);
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        let texts =
            [12, 1_234, 59_949, 60_000, 200_999, 7_500_000].map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(texts, ["12 ms", "1.2 s", "59.9 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]);
    }

    #[test]
    fn a_line_an_epoch_is_written() {
        let mut progress = Progress::to(Vec::new());
        progress.begin(10, 2);
        for epoch in 1..=2 {
            progress.begin_epoch(epoch);
            progress.step(1.0);
            progress.end_epoch(&[("loss", 0.5)]);
        }
        progress.say("done");
        progress.end();
        let text = String::from_utf8(progress.into_inner()).unwrap();
        let lines = text.lines().collect::<Vec<_>>();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("epoch  2/10  loss 0.5000  ") && lines[1].ends_with(" ms"), "{text}");
    }

    #[test]
    fn a_closed_output_does_not_end_training() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let mut progress = Progress::to(Closed);
        progress.begin(1, 1);
        progress.begin_epoch(1);
        progress.end_epoch(&[]);
        assert_eq!(progress.epoch, 1);
    }
}
