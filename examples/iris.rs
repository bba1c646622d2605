//! Iris: which of three flowers is it? From a table of four measurements to a confusion matrix.
//!
//!     cargo run --release --example iris [TABLE.csv]
//!
//! The table has a header, four columns of numbers and one of names. Without one, the classic table is written to
//! `target/iris.csv` first.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dl::host::data::{Scale, csv, split};
use dl::host::report;
use dl::prelude::*;
use dl::train::Best;

#[network(input = [4])]
struct Iris {
    fc1: Dense<16>,
    act: Tanh,
    head: Dense<3>,
}

fn main() -> Result<()> {
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => write_table()?,
    };
    let table = csv::read(&path)?;
    let (x, kinds) = (table.numbers::<f32, 4>(0..4)?, table.classes(4)?);
    anyhow::ensure!(kinds.names.len() == 3, "the network tells 3 kinds apart, not {}", kinds.names.len());
    println!("{}: {} flowers of the kinds {:?}", path.display(), x.len(), kinds.names);

    // 90 flowers train, 30 say when to stop, 30 test: the same share of every kind in each.
    let learn = split::stratified(&kinds.labels, 0.8, 0)?;
    let (mut test, rest) = (pick(&x, &kinds.labels, &learn.test), pick(&x, &kinds.labels, &learn.train));
    let inner = split::stratified(&rest.1, 0.75, 0)?;
    let (mut train, mut valid) = (pick(&rest.0, &rest.1, &inner.train), pick(&rest.0, &rest.1, &inner.test));
    let scale = Scale::standardize(&train.0);
    for part in [&mut train, &mut valid, &mut test] {
        scale.apply(&mut part.0);
    }

    let mut trainer = IrisTrainer::<CrossEntropy, Adam>::boxed_with(CrossEntropy::new(), Adam::new(0.01), 0);
    let mut stopping = EarlyStopping::new(20).restore_best(Best::<Iris>::boxed());
    let report = trainer.fit(&train, &valid, Fit::new(500, 16), &mut stopping)?;
    let (best, loss) = stopping.best().context("no epoch was finite")?;
    println!("{} epochs; the weights are those of epoch {best}, validation loss {loss:.4}", report.epochs);

    let mut confusion = Confusion::<3>::new();
    trainer.evaluate(&test, &mut confusion)?;
    println!("\n{confusion}");
    let picture = "target/iris-confusion.svg";
    report::save_confusion(picture, "Iris", &kinds.names, |actual, predicted| {
        confusion.counts[actual][predicted].into()
    })?;
    println!("wrote {picture}");
    anyhow::ensure!(confusion.accuracy() >= 0.9, "the accuracy {:.3} is below 0.9", confusion.accuracy());
    Ok(())
}

/// Measurements and kinds of the flowers at `rows`.
fn pick(x: &[[f32; 4]], labels: &[u16], rows: &[usize]) -> (Vec<[f32; 4]>, Vec<u16>) {
    (split::pick(x, rows), split::pick(labels, rows))
}

/// The table that smartcore carries, as a file.
fn write_table() -> Result<PathBuf> {
    let iris = smartcore::dataset::iris::load_dataset();
    let (flowers, _) = iris.data.as_chunks::<4>();
    let rows = flowers.iter().zip(&iris.target).map(|(flower, &kind)| {
        flower.iter().map(f32::to_string).chain([iris.target_names[kind as usize].clone()])
    });
    let path = Path::new("target").join("iris.csv");
    csv::write(&path, &["sepal length", "sepal width", "petal length", "petal width", "kind"], rows)?;
    Ok(path)
}
