//! What an autoencoder cannot rebuild is an anomaly: trained on one kind of clothes, it sets the nine others apart.
//!
//!     cargo run --release --example anomaly [FOLDER [CLASS]]
//!
//! Fashion-MNIST's four files are looked for in FOLDER, else in `data/fashion_mnist`, plain or compressed (`.gz`). CLASS is
//! the normal one, 0 to 9; without it, 1: trousers. The network has the shape of MLPerf Tiny's for anomaly detection.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use dl::host::{data::idx, report::Progress};
use dl::metrics::roc_auc;
use dl::prelude::*;

#[network(input = [128])]
struct Hidden {
    fc: Dense<128>,
    act: Relu,
}

#[network(input = [784])]
struct Autoencoder {
    first: Dense<128>,
    act1: Relu,
    encoder: [Hidden; 3],
    /// All that the decoder learns about an image: eight numbers.
    code: Dense<8>,
    act2: Relu,
    wide: Dense<128>,
    act3: Relu,
    decoder: [Hidden; 3],
    last: Dense<784>,
    act4: Sigmoid,
}

const CLASSES: [&str; 10] =
    ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

const HELP: &str = "\
Fashion-MNIST's four files are at https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion:
    train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
Put them into `data/fashion_mnist`, or say where they are:
    cargo run --release --example anomaly FOLDER";

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let folder = args.next().map_or_else(|| PathBuf::from("data/fashion_mnist"), PathBuf::from);
    let normal = args.next().map_or(Some(1), |arg| arg.to_str()?.parse().ok());
    let normal: u16 = normal.filter(|&class| class < 10).context("CLASS is a number from 0 to 9")?;
    if idx::find(&folder, "train-images-idx3-ubyte").is_none() {
        println!("There is no `train-images-idx3-ubyte` or `.gz` in `{}`.\n{HELP}", folder.display());
        return Ok(());
    }
    println!("{}\n", Autoencoder::summary());

    let (images, labels) = idx::read_labelled::<784>(&folder, "train")?;
    let ones = images.into_iter().zip(labels).filter(|(_, class)| *class == normal);
    let train: Vec<_> = ones.map(|(image, _)| image).collect();
    println!("normal: {} images of {}", train.len(), CLASSES[usize::from(normal)]);

    let began = Instant::now();
    let mut trainer = AutoencoderTrainer::<Mse, Adam>::boxed(0);
    trainer.fit(&(&train, &train), (), Fit::new(15, 32), Progress::new())?; // the target is the image itself
    println!("trained for {:.1} s\n", began.elapsed().as_secs_f64());

    // How strange an image is: the mean squared error of what was rebuilt.
    let (images, labels) = idx::read_labelled::<784>(&folder, "t10k")?;
    let mut scores = Vec::new();
    trainer.predict_each(&images, |i, rebuilt| {
        let error = rebuilt.iter().zip(&images[i]).map(|(y, x)| (y - x) * (y - x)).sum::<f32>();
        scores.push((error / 784.0, labels[i]));
    })?;
    let auc = |anomalous: &dyn Fn(u16) -> bool| {
        let counts = |&(_, class): &(f32, u16)| class == normal || anomalous(class);
        let pairs = scores.iter().copied().filter(counts).map(|(score, class)| (score, class != normal));
        roc_auc(&mut pairs.collect::<Vec<_>>())
    };
    for (class, name) in (0..).zip(CLASSES).filter(|&(class, _)| class != normal) {
        println!("ROC AUC against {name:<10}  {:.4}", auc(&|other| other == class));
    }
    let all = auc(&|_| true);
    println!("ROC AUC against all others  {all:.4}");
    anyhow::ensure!(all > 0.8, "the anomalies do not stand out");
    Ok(())
}
