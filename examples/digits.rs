//! Handwritten digits: 1,797 grey images of 8 by 8 pixels, from data to saved weights.
//!
//!     cargo run --release --example digits

use std::path::Path;

use anyhow::Result;
use dl::host::{Interrupt, data::split, io::safetensors, report};
use dl::optim::schedule::CosineLr;
use dl::prelude::*;
use dl::train::FullHistory;

#[network(input = [64])]
pub struct Digits {
    fc1: Dense<256>,
    act1: Relu,
    drop: Dropout<0.3>,
    fc2: Dense<64>,
    act2: Relu,
    head: Dense<10>,
}

/// Images with pixels from 0 to 1, and the digits they show.
type Labelled = (Vec<[f32; 64]>, Vec<u16>);

fn main() -> Result<()> {
    println!("{}\n", Digits::summary());
    let (train, test) = load();

    let mut accuracies = Vec::new();
    for seed in 0..3 {
        let quiet = seed > 0;
        accuracies.push(run(&train, &test, seed, quiet)?);
    }
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    println!("\ntest accuracy, seeds 0 to 2: {accuracies:.4?}, mean {mean:.4}");
    anyhow::ensure!(mean >= 0.97, "the mean accuracy {mean:.4} is below 0.97");
    Ok(())
}

/// Trains with one seed; the first run also shows and saves everything.
fn run(train: &Labelled, test: &Labelled, seed: u64, quiet: bool) -> Result<f64> {
    // Smoothed targets: no digit is meant to be certain, and the least possible loss is 0.50.
    let mut trainer = DigitsTrainer::<CrossEntropy, AdamW>::boxed_with(
        CrossEntropy { label_smoothing: 0.1, ..CrossEntropy::new() },
        AdamW::new(5e-3),
        seed,
    );
    let mut schedule = CosineLr::default();
    let fit = Fit { schedule: Some(&mut schedule), ..Fit::new(30, 32) };
    let mut accuracy = Accuracy::new();
    let valid = Valid { data: test, metric: &mut accuracy };
    if quiet {
        trainer.fit(train, valid, fit, ())?;
        return Ok(accuracy.value());
    }

    let (mut history, mut interrupt) = (FullHistory::default(), Interrupt::install()?);
    let progress = report::Progress::new();
    trainer.fit(train, valid, fit, (progress, &mut history, &mut interrupt))?;

    let mut confusion = Confusion::<10>::new();
    let loss = trainer.evaluate(test, &mut confusion)?;
    println!("\ntest loss {loss:.4}, accuracy {:.4}\n\n{confusion}", confusion.accuracy());

    let folder = Path::new("target");
    let (weights, curve) = (folder.join("digits.safetensors"), folder.join("digits-loss.svg"));
    safetensors::save(trainer.net(), &weights)?;
    report::loss_chart("Handwritten digits", history.epochs()).save(&curve)?;
    println!("wrote {} and {}", weights.display(), curve.display());

    // A fresh network, started elsewhere, predicts the same once it has the weights.
    let mut fresh = Model::<Digits>::boxed(seed + 1);
    safetensors::load(fresh.net_mut(), &weights)?;
    let same = test.0.iter().all(|image| fresh.predict(image) == trainer.predict(image));
    anyhow::ensure!(same, "the loaded network predicts something else");
    println!("loaded into a fresh network: the same {} predictions, bit for bit", test.0.len());
    Ok(confusion.accuracy())
}

/// The images that smartcore carries, in the fixed shuffled split: 1,437 to train on and 360 to test with.
fn load() -> (Labelled, Labelled) {
    let digits = smartcore::dataset::digits::load_dataset();
    let (pixels, rest) = digits.data.as_chunks::<64>();
    assert!(rest.is_empty(), "every image has 64 pixels");
    let images: Vec<_> = pixels.iter().map(|image| image.map(|grey| grey / 16.0)).collect();
    let labels: Vec<_> = digits.target.iter().map(|&digit| digit as u16).collect();
    let split = split::by_count(images.len(), 1437, 0);
    let part = |rows: &[usize]| (split::pick(&images, rows), split::pick(&labels, rows));
    (part(&split.train), part(&split.test))
}
