//! Where are digits, and which are they? A grid of cells finds them in scenes composed from MNIST.
//!
//!     cargo run --release --example detection [FOLDER]
//!
//! MNIST's four files are looked for in FOLDER, else in `data/mnist`, plain or compressed (`.gz`). Training and test scenes
//! have digits of different writers.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use dl::detect::{Detection, Grid, nms};
use dl::host::data::{Scenes, idx};
use dl::host::report::{Gallery, Progress};
use dl::loss::GridDetection;
use dl::metrics::{GridMeanAp, MeanAp};
use dl::optim::schedule::CosineLr;
use dl::prelude::*;

/// Every cell of 8 by 8 pixels sees 47 by 47 and answers with 15 numbers: object, box, ten digits.
#[network(input = [1, 48, 48])]
struct Detector {
    conv1: Conv2d<16, 3, Stride<2>, Pad<1>>,
    act1: Relu,
    conv2: Conv2d<32, 3, Stride<2>, Pad<1>>,
    act2: Relu,
    conv3: Conv2d<64, 3, Stride<2>, Pad<1>>,
    act3: Relu,
    conv4: Conv2d<64, 3, Pad<1>>,
    act4: Relu,
    conv5: Conv2d<64, 3, Pad<1>>,
    act5: Relu,
    head: Conv2d<15, 1>,
}

const HELP: &str = "\
MNIST's four files are at https://ossci-datasets.s3.amazonaws.com/mnist/:
    train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
Put them into `data/mnist`, or say where they are:
    cargo run --release --example detection FOLDER";

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("data/mnist"), PathBuf::from);
    if idx::find(&folder, "train-images-idx3-ubyte").is_none() {
        println!("There is no `train-images-idx3-ubyte` or `.gz` in `{}`.\n{HELP}", folder.display());
        return Ok(());
    }
    println!("{}\n", Detector::summary());
    let (images, labels) = idx::read_labelled(&folder, "train")?;
    let (test_images, test_labels) = idx::read_labelled(&folder, "t10k")?;
    let train: Scenes<784, 6, 6> = Scenes {
        images: &images,
        labels: &labels,
        image: [28, 28],
        scene: [48, 48],
        objects: 1..=3,
        size: 14..=24,
        max_iou: 0.05,
        len: 40_000, // new scenes teach more than known ones a second time
        seed: 0,
    };
    let test = Scenes { images: &test_images, labels: &test_labels, len: 1000, seed: 1, ..train.clone() };

    let loss = GridDetection::<6, 6>::new();
    let mut trainer = DetectorTrainer::<GridDetection<6, 6>, Adam>::boxed_with(loss, Adam::new(2e-3), 0);
    let (mut schedule, mut map) = (CosineLr::default(), GridMeanAp::<6, 6>::new());
    let fit = Fit { schedule: Some(&mut schedule), ..Fit::new(4, 32) };
    let began = Instant::now();
    trainer.fit(&train, Valid { data: &test, metric: &mut map }, fit, Progress::new())?;
    println!("\ntrained for {:.1} s", began.elapsed().as_secs_f64());

    // Against all objects of every scene; the first dozen are shown.
    let (mut map, mut gallery) =
        (MeanAp::new(), Gallery::<1, 48, 48>::new("Blue: what is there. Orange: what is found."));
    let (mut pixels, mut found) = ([0.0; 48 * 48], [Detection::default(); 36]);
    for i in 0..test.len {
        let objects = test.compose(i, &mut pixels)?;
        let cells = Grid::<6, 6>::decode(trainer.predict(&pixels), 0.01, &mut found);
        let kept = nms(&mut found[..cells], 0.5);
        map.see(&found[..kept], &objects);
        if i < 12 {
            let sure = found[..kept].partition_point(|detection| detection.score >= 0.5);
            gallery = gallery.scene(&pixels, "", &objects, &found[..sure], &[""; 0]);
        }
    }
    gallery.save("target/detection.svg")?;
    let map = map.value();
    println!("mAP@0.5 {map:.4} in {} scenes; wrote target/detection.svg", test.len);
    anyhow::ensure!(map > 0.9, "the detector has not learned");
    Ok(())
}
