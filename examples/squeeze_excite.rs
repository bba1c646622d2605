//! Squeeze and excite: a nested network weighs the channels of an image, here inside of residual blocks that read digits.
//!
//!     cargo run --release --example squeeze_excite
//!
//! The 1,797 handwritten digits come with a dependency. The same network without the gates is trained beside it; then the
//! batch norms are folded into the convolutions.

use std::time::Instant;

use anyhow::{Result, ensure};
use dl::Vals;
use dl::host::data::split;
use dl::optim::schedule::CosineLr;
use dl::prelude::*;

/// A number between 0 and 1 for each channel, from the means of all channels. Hu, Shen, Sun: *Squeeze-and-excitation
/// networks* (2018).
#[network(input = [16, 8, 8])]
struct SqueezeExcite {
    squeeze: GlobalAvgPool,
    fc1: Dense<4>,
    act1: Relu,
    fc2: Dense<16>,
    act2: Sigmoid,
}

#[network(input = [16, 8, 8], folded)]
#[forward(|x| {
    let h = norm2(conv2(relu(norm1(conv1(x)))));
    relu(x + h * excite(h)) // each channel of the image times its number
})]
struct Block {
    conv1: Conv2d<16, 3, Pad<1>, NoBias>,
    norm1: BatchNorm,
    conv2: Conv2d<16, 3, Pad<1>, NoBias>,
    norm2: BatchNorm,
    excite: SqueezeExcite,
}

#[network(input = [1, 8, 8], folded)]
struct Digits {
    stem: Conv2d<16, 3, Pad<1>, NoBias>,
    norm: BatchNorm,
    act: Relu,
    blocks: [Block; 2],
    pool: GlobalAvgPool,
    head: Dense<10>,
}

/// The same without gates.
#[network(input = [16, 8, 8])]
#[forward(|x| relu(x + norm2(conv2(relu(norm1(conv1(x)))))))]
struct PlainBlock {
    conv1: Conv2d<16, 3, Pad<1>, NoBias>,
    norm1: BatchNorm,
    conv2: Conv2d<16, 3, Pad<1>, NoBias>,
    norm2: BatchNorm,
}

#[network(input = [1, 8, 8])]
struct Plain {
    stem: Conv2d<16, 3, Pad<1>, NoBias>,
    norm: BatchNorm,
    act: Relu,
    blocks: [PlainBlock; 2],
    pool: GlobalAvgPool,
    head: Dense<10>,
}

/// Images with pixels from 0 to 1, and the digits they show.
type Labelled = (Vec<[f32; 64]>, Vec<u16>);

fn main() -> Result<()> {
    println!("{}\n", Block::summary());
    let (train, test) = load();
    let (gated, trainer) = accuracies::<Digits>(&train, &test)?;
    let (plain, _) = accuracies::<Plain>(&train, &test)?;
    for (name, accuracies) in [("with gates", gated), ("without", plain)] {
        let mean = accuracies.iter().sum::<f64>() / 3.0;
        println!("test accuracy {name:<10}  seeds 0 to 2: {accuracies:.4?}, mean {mean:.4}");
        ensure!(mean >= 0.97, "the mean accuracy {name} is below 0.97");
    }

    let (mut model, mut folded) = (Model::<Digits>::boxed(0), Model::<DigitsFolded>::boxed(0));
    dl::params::copy(model.net_mut(), trainer.net());
    trainer.net().fold_into(folded.net_mut());
    let classes = [classes(&mut model, &test.0), classes(&mut folded, &test.0)];
    ensure!(classes[0] == classes[1], "the network without norms sees other digits");
    println!("without norms: {} parameters for {}, the same digits", DigitsFolded::PARAMS, Digits::PARAMS);
    Ok(())
}

/// The digit that a model sees in each image; prints the time it takes.
fn classes<N>(model: &mut Model<N>, images: &[[f32; 64]]) -> Vec<usize>
where
    N: Network<Scalar = f32, In = Vals<64>, Out = Vals<10>>,
{
    let began = Instant::now();
    let largest = |y: &[f32; 10]| (1..10).fold(0, |best, i| if y[i] > y[best] { i } else { best });
    let classes: Vec<_> = images.iter().map(|image| largest(model.predict(image))).collect();
    println!(
        "{:<12}  {:5.1} us an image",
        N::NAME,
        began.elapsed().as_secs_f64() * 1e6 / images.len() as f64
    );
    classes
}

/// The test accuracies of three seeds, and the last trainer.
fn accuracies<N>(train: &Labelled, test: &Labelled) -> Result<([f64; 3], Trainer<N, CrossEntropy, Adam, 32>)>
where
    N: Network<Scalar = f32, In = Vals<64>, Out = Vals<10>>,
{
    let run = |seed| {
        let mut trainer = Trainer::boxed_with(CrossEntropy::new(), Adam::new(3e-3), seed);
        let mut schedule = CosineLr::default();
        let fit = Fit { schedule: Some(&mut schedule), ..Fit::new(15, 32) };
        trainer.fit(train, (), fit, ())?;
        let mut accuracy = Accuracy::new();
        trainer.evaluate(test, &mut accuracy)?;
        anyhow::Ok((accuracy.value(), trainer))
    };
    let (first, second, (third, trainer)) = (run(0)?.0, run(1)?.0, run(2)?);
    Ok(([first, second, third], trainer))
}

fn load() -> (Labelled, Labelled) {
    let digits = smartcore::dataset::digits::load_dataset();
    let (pixels, _) = digits.data.as_chunks::<64>();
    let images: Vec<_> = pixels.iter().map(|image| image.map(|grey| grey / 16.0)).collect();
    let labels: Vec<_> = digits.target.iter().map(|&digit| digit as u16).collect();
    let split = split::by_count(images.len(), 1437, 0);
    let part = |rows: &[usize]| (split::pick(&images, rows), split::pick(&labels, rows));
    (part(&split.train), part(&split.test))
}
