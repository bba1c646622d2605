//! The reference recipes: two small networks on the digits, beside what PyTorch reaches with the same ones.
//!
//!     cargo run --release --example reference_digits
//!
//! It prints the table of `docs/reference-results.md` and fails where a mean is below its pass line.

use anyhow::{Result, ensure};
use dl::Vals;
use dl::host::data::split;
use dl::prelude::*;

/// Dense 64 to 32, ReLU, dense 32 to 10; weights and biases start uniform in ±1/√inputs, as `nn.Linear`'s do.
#[network(input = [64], max_params = 2_410)]
struct Mlp {
    fc1: Dense<32>,
    act: Relu,
    head: Dense<10>,
}

/// Two convolutions, each with ReLU and pooling, and a dense layer.
#[network(input = [1, 8, 8], max_params = 1_898)]
struct Cnn {
    conv1: Conv2d<8, 3, Pad<1>>,
    act1: Relu,
    pool1: MaxPool2d<2>,
    conv2: Conv2d<16, 3, Pad<1>>,
    act2: Relu,
    pool2: MaxPool2d<2>,
    flat: Flatten,
    head: Dense<10>,
}

/// What PyTorch 2.15.0 reaches with seeds 0, 1 and 2 on one split: mean, lowest, highest.
struct Reference {
    net: &'static str,
    split: &'static str,
    train_loss: [f64; 3],
    test_loss: [f64; 3],
    /// In percent.
    accuracy: [f64; 3],
    /// The mean accuracy of three seeds that must be reached: PyTorch's worst seed, less the range of the three and a hundredth.
    pass: f64,
}

const MLP_TAIL: Reference = Reference {
    net: "MLP",
    split: "tail",
    train_loss: [0.092, 0.091, 0.094],
    test_loss: [0.372, 0.365, 0.379],
    accuracy: [89.17, 88.61, 90.00],
    pass: 87.21,
};
const MLP_SHUFFLED: Reference = Reference {
    net: "MLP",
    split: "shuffled",
    train_loss: [0.113, 0.112, 0.115],
    test_loss: [0.197, 0.190, 0.207],
    accuracy: [93.06, 92.78, 93.61],
    pass: 91.93,
};

const CNN_TAIL: Reference = Reference {
    net: "CNN",
    split: "tail",
    train_loss: [0.061, 0.059, 0.064],
    test_loss: [0.298, 0.274, 0.316],
    accuracy: [89.35, 88.89, 89.72],
    pass: 88.05,
};
const CNN_SHUFFLED: Reference = Reference {
    net: "CNN",
    split: "shuffled",
    train_loss: [0.072, 0.065, 0.079],
    test_loss: [0.151, 0.126, 0.165],
    accuracy: [94.81, 94.17, 95.56],
    pass: 92.77,
};

/// Images to train on in front: 1,437 of 1,797.
const TRAIN: usize = 1437;

fn main() -> Result<()> {
    let (images, labels) = load()?;
    let tail: Vec<usize> = (0..images.len()).collect();
    let shuffled = split::by_count(images.len(), TRAIN, 0);
    ensure!(shuffled.train[..5] == [1219, 1332, 145, 640, 51] && shuffled.test[357..] == [199, 1452, 1441]);
    let shuffled = [shuffled.train, shuffled.test].concat();

    println!("| network | split | run | last training loss | test loss | test accuracy | pass line |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (rows, mlp, cnn) in [(tail, MLP_TAIL, CNN_TAIL), (shuffled, MLP_SHUFFLED, CNN_SHUFFLED)] {
        let part = |rows: &[usize]| (split::pick(&images, rows), split::pick(&labels, rows));
        let (train, test) = (part(&rows[..TRAIN]), part(&rows[TRAIN..]));
        compare::<Mlp>(&mlp, &train, &test)?;
        compare::<Cnn>(&cnn, &train, &test)?;
    }
    Ok(())
}

/// Images with pixels from 0 to 1, and the digits they show.
type Labelled = (Vec<[f32; 64]>, Vec<u16>);

/// Trains with three seeds and prints what is reached beside what PyTorch reaches.
fn compare<N>(reference: &Reference, train: &Labelled, test: &Labelled) -> Result<()>
where
    N: Network<Scalar = f32, In = Vals<64>, Out = Vals<10>>,
{
    let mut results = [[0.0; 3]; 3];
    for (seed, result) in (0..).zip(&mut results) {
        let mut trainer = Trainer::<N, CrossEntropy, Adam, 32>::boxed(seed);
        let report = trainer.fit(train, (), Fit::new(30, 32), ())?;
        let mut accuracy = Accuracy::new();
        let test_loss = trainer.evaluate(test, &mut accuracy)?;
        let train_loss = report.last.map_or(f64::NAN, |epoch| epoch.train_loss);
        *result = [train_loss, test_loss, 100.0 * accuracy.value()];
    }
    let [train_loss, test_loss, accuracy] = [0, 1, 2].map(|of| spread(results.map(|result| result[of])));
    let (name, pass) = (format!("{} | {}", reference.net, reference.split), reference.pass);
    row(&name, "PyTorch", reference.train_loss, reference.test_loss, reference.accuracy, "");
    row(&name, "dl", train_loss, test_loss, accuracy, &format!("≥ {pass} %"));
    ensure!(accuracy[0] >= pass, "{name}: the mean accuracy {:.2} % is below {pass} %", accuracy[0]);
    Ok(())
}

/// The mean, the lowest and the highest.
fn spread(values: [f64; 3]) -> [f64; 3] {
    let mean = values.iter().sum::<f64>() / 3.0;
    [
        mean,
        values.into_iter().fold(f64::INFINITY, f64::min),
        values.into_iter().fold(f64::NEG_INFINITY, f64::max),
    ]
}

fn row(split: &str, run: &str, train_loss: [f64; 3], test_loss: [f64; 3], accuracy: [f64; 3], pass: &str) {
    let loss = |[mean, lowest, highest]: [f64; 3]| format!("{mean:.3} [{lowest:.3}, {highest:.3}]");
    let [mean, lowest, highest] = accuracy;
    let accuracy = format!("{mean:.2} [{lowest:.2}, {highest:.2}] %");
    println!("| {split} | {run} | {} | {} | {accuracy} | {pass} |", loss(train_loss), loss(test_loss));
}

/// The images that smartcore carries, pixels divided by 16, and the digits they show; in scikit-learn's order.
fn load() -> Result<(Vec<[f32; 64]>, Vec<u16>)> {
    let digits = smartcore::dataset::digits::load_dataset();
    let bytes =
        digits.data.iter().map(|&grey| grey as u8).chain(digits.target.iter().map(|&digit| digit as u8));
    ensure!(fnv_1a(bytes) == CHECKSUM, "the images are not those of the reference, or not in their order");
    let (pixels, _) = digits.data.as_chunks::<64>();
    let images = pixels.iter().map(|image| image.map(|grey| grey / 16.0)).collect();
    Ok((images, digits.target.iter().map(|&digit| digit as u16).collect()))
}

/// Of all pixels as bytes, then all labels as bytes: those whose SHA-256 is
/// `87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826`.
const CHECKSUM: u64 = 0x9975_5255_092d_82a1;

/// Fowler, Noll and Vo's hash FNV-1a, 64 bits.
fn fnv_1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
