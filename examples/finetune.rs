//! Trains a small network on the handwritten digits and saves its two parts, for firmware that keeps the first in flash and
//! goes on training the second: `examples/embedded/src/finetune.rs`.
//!
//!     cargo run --release --example finetune [FOLDER]

use std::path::PathBuf;

use anyhow::Result;
use dl::host::io::safetensors;
use dl::optim::schedule::CosineLr;
use dl::prelude::*;

/// From pixels to features.
#[network(input = [64])]
pub struct Backbone {
    fc1: Dense<32>,
    act1: Relu,
}

/// From features to digits.
#[network(input = [32])]
pub struct Head {
    fc2: Dense<10>,
}

#[network(input = [64])]
pub struct Digits {
    backbone: Backbone,
    head: Head,
}

fn main() -> Result<()> {
    let digits = smartcore::dataset::digits::load_dataset();
    let (pixels, _) = digits.data.as_chunks::<64>();
    let images: Vec<_> = pixels.iter().map(|image| image.map(|grey| grey / 16.0)).collect();
    let labels: Vec<_> = digits.target.iter().map(|&digit| digit as u16).collect();
    // the last 360 are those that the firmware judges by
    let (train, test) = images.split_at(images.len() - 360);
    let (train_labels, test_labels) = labels.split_at(train.len());

    let mut trainer = DigitsTrainer::<_, _>::boxed_with(CrossEntropy::new(), AdamW::new(5e-3), 0);
    let mut schedule = CosineLr::default();
    let fit = Fit { schedule: Some(&mut schedule), ..Fit::new(30, 32) };
    trainer.fit(&(train, train_labels), (), fit, ())?;
    let mut accuracy = Accuracy::new();
    trainer.evaluate(&(test, test_labels), &mut accuracy)?;
    println!("{} of {} right", accuracy.right, accuracy.seen);
    anyhow::ensure!(accuracy.value() > 0.9, "fewer than 9 of 10 are right");

    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let (backbone, head) = (folder.join("backbone.safetensors"), folder.join("head.safetensors"));
    safetensors::save(&trainer.net().backbone, &backbone)?;
    safetensors::save(&trainer.net().head, &head)?;
    println!("wrote {} and {}", backbone.display(), head.display());
    Ok(())
}
