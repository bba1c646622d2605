//! ResNet-8 on CIFAR-10, or on a part of it: residual blocks, batch norm, and images that are flipped and shifted.
//!
//!     cargo run --release --example resnet8 -- [FOLDER] [--epochs N] [--at-least ACCURACY]
//!
//! `cifar10_train.bin` and `cifar10_test.bin`, records as CIFAR-10's binary version has them, are looked for in FOLDER,
//! else in `data/cifar10`, plain or compressed (`.gz`).

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use dl::host::data::{Scale, cifar10, idx};
use dl::host::report::{Gallery, Mistakes, Progress};
use dl::prelude::*;
use dl::train::{Augment, Image};

/// Two convolutions beside a short cut.
#[network(input = [16, 32, 32])]
#[forward(|x| relu(x + norm2(conv2(relu(norm1(conv1(x)))))))]
pub struct Basic {
    conv1: Conv2d<16, 3, Pad<1>>,
    norm1: BatchNorm,
    conv2: Conv2d<16, 3, Pad<1>>,
    norm2: BatchNorm,
}

/// The same, which halves the image and doubles the channels.
#[network(input = [16, 32, 32])]
#[forward(|x| relu(short(x) + norm2(conv2(relu(norm1(conv1(x)))))))]
pub struct Down32 {
    conv1: Conv2d<32, 3, Pad<1>, Stride<2>>,
    norm1: BatchNorm,
    conv2: Conv2d<32, 3, Pad<1>>,
    norm2: BatchNorm,
    short: Conv2d<32, 1, Stride<2>>,
}

/// Once more.
#[network(input = [32, 16, 16])]
#[forward(|x| relu(short(x) + norm2(conv2(relu(norm1(conv1(x)))))))]
pub struct Down64 {
    conv1: Conv2d<64, 3, Pad<1>, Stride<2>>,
    norm1: BatchNorm,
    conv2: Conv2d<64, 3, Pad<1>>,
    norm2: BatchNorm,
    short: Conv2d<64, 1, Stride<2>>,
}

#[network(input = [3, 32, 32], max_params = 78_186)]
pub struct ResNet8 {
    stem: Conv2d<16, 3, Pad<1>>,
    norm: BatchNorm,
    act: Relu,
    stage1: Basic,
    stage2: Down32,
    stage3: Down64,
    pool: GlobalAvgPool,
    head: Dense<10>,
}

const NAMES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

const HELP: &str = "\
CIFAR-10's binary version is at https://www.cs.toronto.edu/~kriz/cifar.html: put its records into
`cifar10_train.bin` and `cifar10_test.bin` in `data/cifar10`, or say where they are:
    cargo run --release --example resnet8 -- FOLDER";

fn main() -> Result<()> {
    let (mut folder, mut epochs, mut at_least) = (PathBuf::from("data/cifar10"), 10, 0.3);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("`{arg}` needs a value"));
        match arg.as_str() {
            "--epochs" => epochs = value()?.parse().context("`--epochs`: a whole number is expected")?,
            "--at-least" => at_least = value()?.parse().context("`--at-least`: a number is expected")?,
            _ if arg.starts_with('-') => bail!("there is no option `{arg}`; there are --epochs, --at-least"),
            _ => folder = arg.into(),
        }
    }
    let files = ["cifar10_train.bin", "cifar10_test.bin"].map(|name| idx::find(&folder, name));
    let [Some(train), Some(test)] = files else {
        println!("There is no `cifar10_train.bin` or `.gz` in `{}`.\n{HELP}", folder.display());
        return Ok(());
    };
    println!("{}\n", ResNet8::summary());
    let (train, test) = (cifar10::read(train)?, cifar10::read(test)?);
    let (mut images, originals) = (train.samples(), test.samples());
    let mut tests = originals.clone();
    let scale = Scale::standardize_channels::<3>(&images);
    scale.apply(&mut images);
    scale.apply(&mut tests);

    let augmented = Augment {
        data: (&images, train.labels()),
        augment: |image: &mut [f32; 3072], mut rng: Rng| {
            Image::<3, 32, 32>::random_flip(image, 0.5, &mut rng);
            Image::<3, 32, 32>::random_shift(image, 4, &mut rng);
        },
    };
    // Batch norm compares with PyTorch's when a chunk is the batch.
    let mut trainer = Trainer::<ResNet8, CrossEntropy, Adam, 32>::boxed(0);
    let (mut accuracy, began) = (Accuracy::new(), Instant::now());
    let valid = Valid { data: &(&tests, test.labels()), metric: &mut accuracy };
    trainer.fit(&augmented, valid, Fit::new(epochs, 32), Progress::new())?;
    let epoch = began.elapsed().as_secs_f64() / epochs as f64;
    let loss = trainer.evaluate(&(&tests, test.labels()), &mut accuracy)?;
    println!("\n{epoch:.1} s an epoch; test loss {loss:.4}, accuracy {:.4}", accuracy.value());

    let (mut mistakes, picture) = (Mistakes::new(25), "target/resnet8-mistakes.svg");
    trainer.predict_each(&tests, |i, logits| mistakes.see(i, logits, test.labels()[i]))?;
    Gallery::<3, 32, 32>::mistakes("Worst mistakes", &mistakes, &originals, &NAMES).save(picture)?;
    println!("{} mistakes, the worst in {picture}", mistakes.count());
    ensure!(accuracy.value() >= at_least, "the accuracy is below {at_least}");
    Ok(())
}
