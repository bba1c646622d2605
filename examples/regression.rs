//! Diabetes: how far has the disease progressed a year later? A number is predicted, not a class.
//!
//!     cargo run --release --example regression [TABLE.csv]
//!
//! The table has a header and eleven columns of numbers, the last of them the one to predict. Without one, the classic
//! table (Efron and others, 2004) is written to `target/diabetes.csv` first.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dl::host::data::{Scale, csv, split};
use dl::metrics::{self, R2};
use dl::prelude::*;
use dl::train::Best;

#[network(input = [10])]
struct Progression {
    fc1: Dense<16>,
    act: Relu,
    drop: Dropout<0.2>,
    head: Dense<1>,
}

/// Ten measurements a patient, and the progression.
type Patients = (Vec<[f32; 10]>, Vec<[f32; 1]>);

fn main() -> Result<()> {
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => write_table()?,
    };
    let table = csv::read(&path)?;
    let all = (table.numbers::<f32, 10>(0..10)?, table.numbers::<f32, 1>([10])?);
    println!("{}: {} patients", path.display(), all.0.len());

    // 60 % train, 20 % say when to stop, 20 % test. Everything is scaled by what is known of those to train on.
    let learn = split::by_fraction(all.0.len(), 0.8, 0)?;
    let stop = learn.train.len() * 3 / 4;
    let (train, valid) = learn.train.split_at(stop);
    let [mut train, mut valid, mut test] = [train, valid, &learn.test].map(|rows| pick(&all, rows));
    let (scale, unit) = (Scale::standardize(&train.0), Scale::standardize(&train.1));
    for part in [&mut train, &mut valid, &mut test] {
        scale.apply(&mut part.0);
        unit.apply(&mut part.1);
    }

    let loss = Huber::new();
    let mut trainer = ProgressionTrainer::<Huber, AdamW>::boxed_with(loss, AdamW::new(3e-3), 0);
    let mut stopping = EarlyStopping::new(30).restore_best(Best::<Progression>::boxed());
    let report = trainer.fit(&train, &valid, Fit::new(500, 32), &mut stopping)?;
    let (best, loss) = stopping.best().context("no epoch was finite")?;
    println!("{} epochs; the weights are those of epoch {best}, validation loss {loss:.4}\n", report.epochs);

    let mut scores = (R2::<1>::new(), metrics::Mae::new());
    trainer.evaluate(&test, &mut scores)?;
    let mut predicted = vec![[0.0]; test.0.len()];
    trainer.predict_each(&test.0, |patient, y| predicted[patient] = *y)?;

    // Back from deviations to the table's own unit, in which the mean of those to train on is the guess to beat.
    unit.undo(&mut predicted);
    unit.undo(&mut test.1);
    println!("predicted  measured");
    for ([predicted], [measured]) in predicted.iter().zip(&test.1).take(8) {
        println!("{predicted:9.0} {measured:9.0}");
    }
    let (mean, deviation) = (unit.shift()[0], unit.scale()[0]);
    let guess = test.1.iter().map(|[measured]| (measured - mean).abs()).sum::<f32>() / test.1.len() as f32;
    let (r2, mae) = (scores.0.value(), scores.1.value() as f32 * deviation);
    println!("\nR² {r2:.3}; mean absolute error {mae:.1}, that of guessing the mean {guess:.1}");
    anyhow::ensure!(r2 > 0.3 && mae < 0.85 * guess, "it does not predict well");
    Ok(())
}

fn pick(all: &Patients, rows: &[usize]) -> Patients {
    (split::pick(&all.0, rows), split::pick(&all.1, rows))
}

/// The table that smartcore carries, as a file.
fn write_table() -> Result<PathBuf> {
    let diabetes = smartcore::dataset::diabetes::load_dataset();
    let (patients, _) = diabetes.data.as_chunks::<10>();
    let rows = patients
        .iter()
        .zip(&diabetes.target)
        .map(|(measured, &progression)| measured.iter().copied().chain([progression as f32]));
    let names = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6", "progression"];
    let path = Path::new("target").join("diabetes.csv");
    csv::write(&path, &names, rows)?;
    Ok(path)
}
