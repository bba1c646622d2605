//! A convolutional autoencoder: images go through sixteen numbers and come back, better than by principal components.
//!
//!     cargo run --release --example autoencoder [FOLDER]
//!
//! Fashion-MNIST's or MNIST's image files are looked for in FOLDER, else in `data/fashion_mnist`, plain or compressed
//! (`.gz`).

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, ensure};
use dl::host::data::idx;
use dl::host::report::{Gallery, Progress};
use dl::prelude::*;

/// How many numbers an image becomes.
const CODE: usize = 16;

#[network(input = [1, 28, 28])]
struct Autoencoder {
    conv1: Conv2d<8, 3, Stride<2>, Pad<1>>,
    act1: Relu,
    conv2: Conv2d<16, 3, Stride<2>, Pad<1>>,
    act2: Relu,
    /// A window as large as the image: one number a channel is left.
    code: Conv2d<CODE, 7>,
    wide: ConvTranspose2d<16, 7>,
    act3: Relu,
    up1: ConvTranspose2d<8, 3, Stride<2>, Pad<1>, OutputPad<1>>,
    act4: Relu,
    up2: ConvTranspose2d<1, 3, Stride<2>, Pad<1>, OutputPad<1>>,
    act5: Sigmoid,
}

const HELP: &str = "\
Fashion-MNIST's four files are at https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion:
    train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
    t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
Put them into `data/fashion_mnist`, or say where they are:
    cargo run --release --example autoencoder FOLDER";

type Pixels = [f32; 784];

fn main() -> Result<()> {
    let folder =
        std::env::args_os().nth(1).map_or_else(|| PathBuf::from("data/fashion_mnist"), PathBuf::from);
    if idx::find(&folder, "train-images-idx3-ubyte").is_none() {
        println!("There is no `train-images-idx3-ubyte` or `.gz` in `{}`.\n{HELP}", folder.display());
        return Ok(());
    }
    println!("{}\n", Autoencoder::summary());
    let (mut train, _) = idx::read_labelled::<784>(&folder, "train")?;
    train.truncate(20_000); // a minute of training is enough to see it
    let (test, _) = idx::read_labelled::<784>(&folder, "t10k")?;

    let began = Instant::now();
    let mut trainer = AutoencoderTrainer::<Mse, Adam>::boxed_with(Mse, Adam::new(2e-3), 0);
    trainer.fit(&(&train, &train), (), Fit::new(6, 64), Progress::new())?; // the target is the image itself
    println!("trained for {:.1} s\n", began.elapsed().as_secs_f64());

    let components = Components::of(&train);
    let (mut of_network, mut of_components, mut of_mean) = (0.0, 0.0, 0.0);
    let mut shown = Vec::new();
    trainer.predict_each(&test, |i, rebuilt| {
        let projected = components.rebuild(&test[i]);
        of_network += error(&test[i], rebuilt);
        of_components += error(&test[i], &projected);
        of_mean += error(&test[i], &components.mean);
        if i < 8 {
            shown.extend([(test[i], "image"), (*rebuilt, "network"), (projected, "components")]);
        }
    })?;
    let (gallery, picture) = (Gallery::<1, 28, 28>::new("What is rebuilt"), "target/autoencoder.svg");
    shown.iter().fold(gallery, |gallery, (pixels, text)| gallery.image(pixels, text)).save(picture)?;
    let [network, components, mean] = [of_network, of_components, of_mean].map(|sum| sum / test.len() as f64);
    println!("mean squared error of {} images that were not trained on, by {CODE} numbers each", test.len());
    println!("the mean image        {mean:.5}");
    println!("principal components  {components:.5}");
    println!("the network           {network:.5}; wrote {picture}");
    ensure!(network < components, "the network rebuilds images no better than principal components");
    Ok(())
}

/// The mean squared difference of two images.
fn error(a: &Pixels, b: &Pixels) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from((a - b) * (a - b))).sum::<f64>() / 784.0
}

/// The directions in which images differ most.
struct Components {
    mean: Pixels,
    directions: Vec<Pixels>,
}

impl Components {
    /// By repeated multiplication with the covariance of the pixels.
    fn of(images: &[Pixels]) -> Components {
        let mean: Pixels =
            std::array::from_fn(|i| images.iter().map(|x| x[i]).sum::<f32>() / images.len() as f32);
        let mut covariance = vec![[0.0; 784]; 784];
        for image in images {
            let x: Pixels = std::array::from_fn(|i| image[i] - mean[i]);
            for (row, &factor) in covariance.iter_mut().zip(&x) {
                row.iter_mut().zip(&x).for_each(|(sum, x)| *sum += factor * x);
            }
        }
        let mut rng = Rng::new(0);
        let mut directions: Vec<Pixels> =
            (0..CODE).map(|_| std::array::from_fn(|_| rng.normal() as f32)).collect();
        for _ in 0..100 {
            for k in 0..CODE {
                let mut next: Pixels = std::array::from_fn(|i| dot(&covariance[i], &directions[k]));
                for before in &directions[..k] {
                    let along = dot(&next, before);
                    next.iter_mut().zip(before).for_each(|(next, before)| *next -= along * before);
                }
                let length = dot(&next, &next).sqrt();
                directions[k] = next.map(|x| x / length);
            }
        }
        Components { mean, directions }
    }

    /// An image by its share of each direction.
    fn rebuild(&self, image: &Pixels) -> Pixels {
        let x: Pixels = std::array::from_fn(|i| image[i] - self.mean[i]);
        let mut rebuilt = self.mean;
        for direction in &self.directions {
            let along = dot(&x, direction);
            rebuilt.iter_mut().zip(direction).for_each(|(rebuilt, d)| *rebuilt += along * d);
        }
        rebuilt
    }
}

fn dot(a: &Pixels, b: &Pixels) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
