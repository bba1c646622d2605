//! LeNet-5 on MNIST, or any data set in its files: the convolutional network that everybody measures.
//!
//!     cargo run --release --example lenet -- [FOLDER] [--simple-chains] [--seeds N] [--at-least ACCURACY]
//!         [--int8]
//!
//! The four files are looked for in FOLDER, else in `data/mnist`, plain or compressed (`.gz`). Trains with Adam, 1e-3,
//! batches of 64, for 5 epochs; with `--simple-chains` as that library's benchmark does: 3e-4, batches of 96, 10 epochs.
//! With several seeds it prints the mean of their accuracies, and fails if that is below ACCURACY. With `--int8` it goes on to a
//! network of integers, which may lose half a point, and writes its bytes.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use dl::host::data::idx;
use dl::host::report::{Gallery, Mistakes, Progress};
use dl::prelude::*;
use dl::quant::{Calibration, Int8Memory, Int8Network, Method};
use dl::{Blank, metrics::argmax};

#[network(input = [1, 28, 28], int8)]
pub struct LeNet {
    /// First feature maps.
    pub conv1: Conv2d<6, 5>,
    act1: Relu,
    pool1: MaxPool2d<2>,
    pub conv2: Conv2d<16, 5>,
    act2: Relu,
    pool2: MaxPool2d<2>,
    flat: Flatten,
    fc1: Dense<120>,
    act3: Relu,
    fc2: Dense<84>,
    act4: Relu,
    pub head: Dense<10>,
}

/// Classes without a name go by their number.
const NAMES: &[&str] = &[];

const HELP: &str = "\
MNIST's four files are at https://ossci-datasets.s3.amazonaws.com/mnist/,
Fashion-MNIST's at https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion:
    train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
Put them into `data/mnist`, or say where they are:
    cargo run --release --example lenet -- FOLDER";

/// Images with pixels from 0 to 1, and their classes.
type Labelled = (Vec<[f32; 784]>, Vec<u16>);

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    if idx::find(&options.folder, "train-images-idx3-ubyte").is_none() {
        println!("There is no `train-images-idx3-ubyte` or `.gz` in `{}`.\n{HELP}", options.folder.display());
        return Ok(());
    }
    println!("{}\n", LeNet::summary());
    let folder = &options.folder;
    let (train, test) = (idx::read_labelled(folder, "train")?, idx::read_labelled(folder, "t10k")?);
    let mut accuracies = Vec::new();
    for seed in 0..options.seeds {
        accuracies.push(run(&train, &test, &options, seed)?);
    }
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    println!("test accuracy: {accuracies:.4?}, mean {mean:.4}");
    ensure!(mean >= options.at_least, "the mean accuracy {mean:.4} is below {}", options.at_least);
    Ok(())
}

/// What the command line says.
struct Options {
    folder: PathBuf,
    simple_chains: bool,
    seeds: u64,
    at_least: f64,
    int8: bool,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Options {
            folder: "data/mnist".into(),
            simple_chains: false,
            seeds: 1,
            at_least: 0.8,
            int8: false,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("`{arg}` needs a value"));
            match arg.as_str() {
                "--simple-chains" => options.simple_chains = true,
                "--int8" => options.int8 = true,
                "--seeds" => options.seeds = number(&arg, &value()?)?,
                "--at-least" => options.at_least = number(&arg, &value()?)?,
                _ if arg.starts_with('-') => {
                    bail!(
                        "there is no option `{arg}`; there are --simple-chains, --seeds, --at-least, --int8"
                    )
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

/// Trains with one seed, and gives the accuracy on the test images. The first run also shows its worst mistakes.
fn run(train: &Labelled, test: &Labelled, options: &Options, seed: u64) -> Result<f64> {
    let (lr, fit) = match options.simple_chains {
        false => (1e-3, Fit::new(5, 64)),
        true => (3e-4, Fit::new(10, 96)),
    };
    let epochs = fit.epochs;
    let mut trainer =
        LeNetTrainer::<CrossEntropy, Adam>::boxed_with(CrossEntropy::new(), Adam::new(lr), seed);
    let began = Instant::now();
    if seed == 0 {
        trainer.fit(train, (), fit, Progress::new())?;
    } else {
        trainer.fit(train, (), fit, ())?;
    }
    let epoch = began.elapsed().as_secs_f64() / epochs as f64;
    let mut accuracy = Accuracy::new();
    let loss = trainer.evaluate(test, &mut accuracy)?;
    println!("seed {seed}: {epoch:.2} s an epoch, test loss {loss:.4}, accuracy {:.4}", accuracy.value());
    if seed == 0 {
        let (mut mistakes, picture) = (Mistakes::new(25), "target/lenet-mistakes.svg");
        trainer.predict_each(&test.0, |i, logits| mistakes.see(i, logits, test.1[i]))?;
        Gallery::<1, 28, 28>::mistakes("Worst mistakes", &mistakes, &test.0, NAMES).save(picture)?;
        println!("{} mistakes, the worst in {picture}", mistakes.count());
    }
    if options.int8 {
        let integers = integers(trainer.net(), &train.0, test)?;
        ensure!(integers >= accuracy.value() - 0.005, "the accuracy with integers is {integers:.4}");
    }
    Ok(accuracy.value())
}

/// Makes a network of integers, by the ranges of 500 training images, and gives its accuracy on the test images.
fn integers(net: &LeNet, train: &[[f32; 784]], test: &Labelled) -> Result<f64> {
    let mut calibration = Calibration::boxed(net);
    train.iter().take(500).for_each(|image| calibration.observe(image));
    let mut int8 = Box::new(LeNetInt8::ZERO);
    calibration.quantize(&mut int8, Method::MinMax)?;
    test.0.iter().take(100).for_each(|image| calibration.compare(&int8, image));
    println!("\n{}\n", calibration.report());

    let (mut right, mut scores, mut memory) = (0, [0.0; 10], Int8Memory::ZERO);
    for (image, label) in test.0.iter().zip(&test.1) {
        int8.predict(image, &mut scores, &mut memory);
        right += (argmax(&scores) == Some(*label as usize)) as usize;
    }
    let accuracy = right as f64 / test.1.len() as f64;
    let (bytes, file) = (int8.to_bytes(), "target/lenet.int8");
    std::fs::write(file, &bytes)?;
    println!("with integers: accuracy {accuracy:.4}, {} bytes in {file}", bytes.len());
    Ok(accuracy)
}
