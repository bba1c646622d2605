//! MNIST, or any data set in its files (Fashion-MNIST, KMNIST): 70,000 grey images of 28 by 28 pixels.
//!
//!     cargo run --release --example mnist [FOLDER]
//!
//! The four files are looked for in FOLDER, else in `data/mnist`, plain or compressed (`.gz`). Ctrl-C ends the training
//! after the step it is in; what has been learned by then is tested.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use dl::host::io::{Checkpoint, safetensors};
use dl::host::report::{Gallery, Mistakes, Progress};
use dl::host::{Interrupt, data::idx};
use dl::prelude::*;

#[network(input = [784])]
struct Mnist {
    fc1: Dense<128>,
    act1: Relu,
    fc2: Dense<64>,
    act2: Relu,
    head: Dense<10>,
}

/// Classes without a name go by their number, which suits digits.
const NAMES: &[&str] = &[];

const HELP: &str = "\
MNIST's four files are at https://ossci-datasets.s3.amazonaws.com/mnist/,
Fashion-MNIST's at https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion:
    train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
Put them into `data/mnist`, or say where they are:
    cargo run --release --example mnist FOLDER";

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("data/mnist"), PathBuf::from);
    if idx::find(&folder, "train-images-idx3-ubyte").is_none() {
        println!("There is no `train-images-idx3-ubyte` or `.gz` in `{}`.\n{HELP}", folder.display());
        return Ok(());
    }
    println!("{}\n", Mnist::summary());
    let (images, labels) = idx::read_labelled::<784>(&folder, "train")?;
    let test = idx::read_labelled(&folder, "t10k")?;

    // The last sixth of the training images chooses the weights to keep; the test images are seen once, at the end.
    let cut = images.len() * 5 / 6;
    let (train, valid) = ((&images[..cut], &labels[..cut]), (&images[cut..], &labels[cut..]));
    let mut accuracy = Accuracy::new();
    let mut checkpoint = Checkpoint::new("target/mnist").monitor(Monitor::Metric);
    let mut interrupt = Interrupt::install()?;
    let mut trainer = MnistTrainer::<CrossEntropy, Adam>::boxed(0);
    let began = Instant::now();
    let callbacks = (Progress::new(), &mut checkpoint, &mut interrupt);
    trainer.fit(&train, Valid { data: &valid, metric: &mut accuracy }, Fit::new(5, 64), callbacks)?;
    println!("\ntrained for {:.1} s", began.elapsed().as_secs_f64());

    if let Some((epoch, accuracy)) = checkpoint.best() {
        safetensors::load(trainer.net_mut(), checkpoint.best_path())?;
        println!(
            "best epoch: {epoch}, validation accuracy {accuracy:.4}, {}",
            checkpoint.best_path().display()
        );
    }
    checkpoint.finish()?;
    let loss = trainer.evaluate(&test, &mut accuracy)?;
    println!("test loss {loss:.4}, accuracy {:.4}", accuracy.value());

    let (mut mistakes, picture) = (Mistakes::new(25), "target/mnist-mistakes.svg");
    trainer.predict_each(&test.0, |i, logits| mistakes.see(i, logits, test.1[i]))?;
    Gallery::<1, 28, 28>::mistakes("Worst mistakes", &mistakes, &test.0, NAMES).save(picture)?;
    println!("{} mistakes, the worst in {picture}", mistakes.count());
    anyhow::ensure!(interrupt.happened() || accuracy.value() > 0.8, "the network has not learned");
    Ok(())
}
