//! MNIST, or any data set in its files (Fashion-MNIST, KMNIST): 70,000 grey images of 28 by 28 pixels.
//!
//!     cargo run --release --example mnist [FOLDER]
//!
//! The four files are looked for in FOLDER, else in `data/mnist`, plain or compressed (`.gz`). Ctrl-C ends the training
//! after the step it is in; what has been learned by then is tested.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use dl::host::io::{Checkpoint, safetensors};
use dl::host::{Interrupt, data::idx, report::Progress};
use dl::prelude::*;
use dl::train::Monitor;

#[network(input = [784])]
struct Mnist {
    fc1: Dense<128>,
    act1: Relu,
    fc2: Dense<64>,
    act2: Relu,
    head: Dense<10>,
}

const HELP: &str = "\
MNIST's four files are at https://ossci-datasets.s3.amazonaws.com/mnist/,
Fashion-MNIST's at https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion:
    train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
Put them into `data/mnist`, or say where they are:
    cargo run --release --example mnist FOLDER";

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("data/mnist"), PathBuf::from);
    if file(&folder, "train-images-idx3-ubyte").is_none() {
        println!("There is no `train-images-idx3-ubyte` or `.gz` in `{}`.\n{HELP}", folder.display());
        return Ok(());
    }
    println!("{}\n", Mnist::summary());
    let (images, labels) = load(&folder, "train")?;
    let test = load(&folder, "t10k")?;

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
    anyhow::ensure!(interrupt.happened() || accuracy.value() > 0.8, "the network has not learned");
    Ok(())
}

/// Images with pixels from 0 to 1 and their classes.
fn load(folder: &Path, part: &str) -> Result<(Vec<[f32; 784]>, Vec<u16>)> {
    let read = |name: &str| idx::read(file(folder, name).unwrap_or_else(|| folder.join(name)));
    let images = read(&format!("{part}-images-idx3-ubyte"))?.samples()?;
    let labels = read(&format!("{part}-labels-idx1-ubyte"))?.labels()?;
    anyhow::ensure!(images.len() == labels.len(), "{} images and {} labels", images.len(), labels.len());
    Ok((images, labels))
}

/// The file `name` or `name.gz`, if there is one.
fn file(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|path| path.is_file())
}
