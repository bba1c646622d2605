//! The callbacks of this crate, called by a trainer on a network of the macro.
#![forbid(unsafe_code)]

use std::path::Path;

use dl_core::loss::Mse;
use dl_core::optim::Sgd;
use dl_core::train::{Callback, EpochReport, Fit, FitReport, Flow, Monitor, StepReport, Trainer};
use dl_core::{Network, Params, params};
use dl_host::data::csv;
use dl_host::io::{Checkpoint, safetensors};
use dl_host::report::{HistoryCsv, Progress, loss_chart};
use dl_macros::network;

#[network(input = [2], crate = ::dl_core)]
struct Line {
    fc: Dense<1>,
}

const X: [[f32; 2]; 4] = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [-1.0, 0.5]];
const Y: [f32; 4] = [1.0, -1.0, 0.5, 2.0];

fn trainer() -> Trainer<Line, Mse, Sgd, 2> {
    Trainer::boxed_with(Mse, Sgd::new(0.1), 0)
}

fn fit(callbacks: impl Callback<Line>, epochs: usize) -> FitReport {
    trainer().fit(&(&X, &Y), &(&X, &Y), Fit::new(epochs, 2), callbacks).unwrap()
}

/// All weights of a network, as text: `name values`.
fn weights(net: &Line) -> Vec<String> {
    let mut all = Vec::new();
    net.visit(params::Path::ROOT, &mut |name, param| all.push(format!("{name} {:?}", param.values)));
    all
}

fn load(path: &Path) -> Vec<String> {
    let mut net = Line::boxed(9);
    safetensors::load(&mut *net, path).unwrap();
    weights(&net)
}

/// Keeps the weights after every epoch.
#[derive(Default)]
struct Weights(Vec<Vec<String>>);

impl Callback<Line> for Weights {
    fn on_epoch_end(&mut self, _: &EpochReport, net: &mut Line) -> Flow {
        self.0.push(weights(net));
        Flow::Continue(())
    }
}

/// Ends training at a step.
struct StopAt(u64);

impl<N: Network> Callback<N> for StopAt {
    fn on_step_end(&mut self, report: &StepReport, _: &mut N) -> Flow {
        if report.step == self.0 { Flow::Break("it was asked to") } else { Flow::Continue(()) }
    }
}

#[test]
fn progress_writes_a_line_an_epoch_and_why_training_stopped() {
    let mut progress = Progress::to(Vec::new());
    fit((&mut progress, StopAt(5)), 12);
    let text = String::from_utf8(progress.into_inner()).unwrap();
    let lines = text.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("epoch  1/12  train ") && lines[0].contains("  valid "), "{text}");
    assert_eq!(lines[2], "stopped after 2 epochs and 5 steps: it was asked to");
}

#[test]
fn the_history_is_a_table_and_a_chart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.csv");
    let mut history = HistoryCsv::create(&path).unwrap();
    let mut all = dl_core::train::FullHistory::new();
    fit((&mut history, &mut all), 3);
    history.finish().unwrap();
    let table = csv::read(&path).unwrap();
    let numbers = table.numbers::<f64, 2>(["epoch", "valid_loss"]).unwrap();
    let expected = all.epochs().iter().map(|epoch| [epoch.epoch as f64, epoch.valid_loss.unwrap()]);
    assert!(numbers.into_iter().eq(expected));
    assert!(loss_chart("line", all.epochs()).to_svg().contains(">valid</text>"));
}

#[test]
fn the_best_weights_and_the_last_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    // Of a falling loss the largest is the first.
    let mut checkpoint = Checkpoint::new(folder.path().join("new")).mode(dl_core::train::Mode::Max);
    let mut seen = Weights::default();
    fit((&mut checkpoint, &mut seen), 4);
    assert_eq!(checkpoint.best().unwrap().0, 1);
    assert_eq!(load(&checkpoint.best_path()), seen.0[0]);
    assert_eq!(load(&checkpoint.last_path()), seen.0[3]);
    assert!(seen.0[0] != seen.0[3] && seen.0[0][0].starts_with("fc.weight "), "{:?}", seen.0);
    checkpoint.finish().unwrap();
}

#[test]
fn training_that_is_cut_short_leaves_its_weights() {
    let folder = tempfile::tempdir().unwrap();
    let mut checkpoint = Checkpoint::new(folder.path());
    let mut trainer = trainer();
    let report = trainer.fit(&(&X, &Y), (), Fit::new(9, 2), (&mut checkpoint, StopAt(1))).unwrap();
    assert_eq!((report.epochs, checkpoint.best()), (0, None));
    assert_eq!(load(&checkpoint.last_path()), weights(trainer.net()));
}

#[test]
fn weights_that_cannot_be_saved_stop_training_and_tell_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let mut checkpoint = Checkpoint::new(&file);
    let report = fit(&mut checkpoint, 9);
    assert_eq!((report.epochs, report.stopped), (1, Some("the weights could not be saved")));
    let error = checkpoint.finish().unwrap_err().to_string();
    assert!(error.contains("file: cannot make the folder: "), "{error}");
}

#[test]
fn a_metric_that_is_not_measured_cannot_be_watched() {
    let folder = tempfile::tempdir().unwrap();
    let report = fit(Checkpoint::new(folder.path()).monitor(Monitor::Metric), 9);
    assert_eq!(report.stopped, Some("the checkpoint watches a number that was not measured"));
}
