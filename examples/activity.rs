//! What somebody does, named four times a second by three sensors on the body: a GRU trained on whole sequences and run step
//! by step.
//!
//!     cargo run --release --example activity -- [FOLDER] [OPTIONS]
//!
//! A folder of CSV files for each of seven activities is looked for in FOLDER, else in `data/arem`. Of every 480 steps of a
//! sequence each has the same class; the first sequences of each activity are to test with. With `--seeds N` it trains N times
//! (the first seed is that of `--seed S`), and fails if the mean accuracy over all steps is below that of `--at-least ACCURACY`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use dl::host::data::{Scale, csv};
use dl::host::io::safetensors;
use dl::host::report::{self, Progress};
use dl::metrics::argmax;
use dl::prelude::*;
use dl::train::StreamModel;

/// Steps of a sequence, a quarter of a second each, and what is measured at each: mean and variance of three signals.
const STEPS: usize = 480;
const SIGNALS: usize = 6;

#[network(input = [STEPS, SIGNALS], stream)]
pub struct Activity {
    pub gru: Gru<16>,
    drop: Dropout<0.5>,
    pub head: Dense<7>,
}

const NAMES: [&str; 7] = ["bending1", "bending2", "cycling", "lying", "sitting", "standing", "walking"];
/// All but a step or none of these are those of a sequence to test with.
const COPIES: [(&str, usize); 4] = [("cycling", 15), ("lying", 10), ("lying", 11), ("lying", 15)];

const HELP: &str = "\
The files are at https://archive.ics.uci.edu/dataset/366: `bending1`, `bending2` and five more folders of CSV files.
Put them into `data/arem`, or say where they are:
    cargo run --release --example activity -- FOLDER";

/// The steps of sequences, and the class of each step.
type Labelled = (Vec<[f32; STEPS * SIGNALS]>, Vec<[u16; STEPS]>);
type Counts = Confusion<7, STEPS>;

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    if !options.folder.join("bending1/dataset1.csv").exists() {
        println!("There is no `bending1/dataset1.csv` in `{}`.\n{HELP}", options.folder.display());
        return Ok(());
    }
    println!("{}\n", Activity::summary());
    let (train, test) = read(&options.folder)?;
    println!("{} sequences to train on, {} to test with", train.0.len(), test.0.len());

    let mut accuracies = Vec::new();
    let mut model = StreamModel::<Activity>::boxed(0);
    for seed in options.seed..options.seed + options.seeds {
        let (loss, adam) = (CrossEntropy::<STEPS>::DEFAULT, Adam::new(5e-3));
        let mut trainer = Trainer::<Activity, _, _, 8>::boxed_with(loss, adam, seed);
        trainer.fit(&train, (), Fit::new(30, 8), Progress::new())?;
        let mut confusion = Counts::DEFAULT;
        trainer.evaluate(&test, &mut confusion)?;
        println!("\nseed {seed}, of all steps: 0 to 6 are {NAMES:?}\n{confusion}\n");
        report::save_confusion("target/activity.svg", "Activity", &NAMES, |actual, predicted| {
            confusion.counts[actual][predicted].into()
        })?;
        accuracies.push(confusion.accuracy());
        safetensors::save(trainer.net(), "target/activity.safetensors")?;
    }
    safetensors::load(model.net_mut(), "target/activity.safetensors")?;
    let streamed = stream(&mut model, &test);
    let last = accuracies.last().copied().context("it was trained")?;
    ensure!((streamed - last).abs() < 1e-3, "step by step the accuracy is {streamed:.4}, not {last:.4}");

    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    println!("test accuracy: {accuracies:.4?}, mean {mean:.4}; wrote target/activity.safetensors and .svg");
    ensure!(mean >= options.at_least, "the mean accuracy {mean:.4} is below {}", options.at_least);
    Ok(())
}

/// Runs over the sequences one step at a time, as a device would that wears the sensors, and gives the accuracy. Of the first
/// sequence of each activity it says which one is seen, and when another one is.
fn stream(model: &mut StreamModel<Activity>, (sequences, classes): &Labelled) -> f64 {
    println!("step by step, with a state of {} bytes:", size_of_val(model.state()));
    let (mut right, mut shown) = (0, None);
    for (sequence, classes) in sequences.iter().zip(classes) {
        let (actual, mut before, mut changes) = (usize::from(classes[0]), None, 0);
        let is_shown = shown != Some(actual);
        shown = Some(actual);
        if is_shown {
            print!("{:>9}:", NAMES[actual]);
        }
        model.reset();
        for (t, signals) in sequence.as_chunks::<SIGNALS>().0.iter().enumerate() {
            let class = argmax(model.step(signals));
            right += usize::from(class == Some(actual));
            if is_shown && class != before {
                changes += 1;
                match changes {
                    ..7 => print!(" {} s {}", 0.25 * t as f64, class.map_or("nothing", |class| NAMES[class])),
                    7 => print!(" .."),
                    _ => {}
                }
            }
            before = class;
        }
        if is_shown {
            println!();
        }
    }
    right as f64 / (STEPS * sequences.len()) as f64
}

/// The sequences to train on and those to test with, scaled by those to train on.
fn read(folder: &Path) -> Result<(Labelled, Labelled)> {
    let format = csv::Format { header: false, comment: Some(b'#'), ..csv::Format::default() };
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (class, name) in NAMES.iter().enumerate() {
        let tests = if name.starts_with("bending") { 2 } else { 3 };
        for number in 1..=15 {
            let path = folder.join(format!("{name}/dataset{number}.csv"));
            if !path.exists() || COPIES.contains(&(name, number)) {
                continue;
            }
            let rows = format.read(&path)?.numbers::<f32, SIGNALS>(1..7)?;
            ensure!(rows.len() == STEPS, "{}: {} rows, not {STEPS}", path.display(), rows.len());
            if number > tests { &mut train } else { &mut test }.push((rows, class as u16));
        }
    }
    let all: Vec<_> = train.iter().flat_map(|(rows, _)| rows.iter().copied()).collect();
    let scale = Scale::standardize(&all);
    let labelled = |part: Vec<(Vec<[f32; SIGNALS]>, u16)>| -> Labelled {
        let scaled = part.into_iter().map(|(mut rows, class)| {
            scale.apply(&mut rows);
            let mut sequence = [0.0; STEPS * SIGNALS];
            sequence.copy_from_slice(rows.as_flattened());
            (sequence, [class; STEPS])
        });
        scaled.unzip()
    };
    Ok((labelled(train), labelled(test)))
}

/// What the command line says.
struct Options {
    folder: PathBuf,
    seed: u64,
    seeds: u64,
    at_least: f64,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Options { folder: "data/arem".into(), seed: 0, seeds: 1, at_least: 0.6 };
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("`{arg}` needs a value"));
            match arg.as_str() {
                "--seed" => options.seed = number(&arg, &value()?)?,
                "--seeds" => options.seeds = number(&arg, &value()?)?,
                "--at-least" => options.at_least = number(&arg, &value()?)?,
                _ if arg.starts_with('-') => {
                    bail!("there is no option `{arg}`; there are --seed, --seeds, --at-least")
                }
                _ => options.folder = arg.into(),
            }
        }
        ensure!(options.seeds > 0, "`--seeds 0`: at least one");
        Ok(options)
    }
}

fn number<N: std::str::FromStr>(option: &str, text: &str) -> Result<N> {
    text.parse().ok().with_context(|| format!("`{option} {text}`: a number is expected"))
}
