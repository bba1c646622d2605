//! The networks of the zoo have the parameters that their papers and benchmarks say, train and infer.
#![forbid(unsafe_code)]

use dl::params::{Kind, Path};
use dl::prelude::*;
use dl::zoo::{
    Autoencoder, AutoencoderFolded, DsCnn, DsCnnFolded, MobileNet, MobileNetFolded, ResNet8, ResNet8Folded,
};
use dl::{Params, Real};

/// All numbers of a network: trained ones and running statistics.
fn numbers<T: Real>(net: &impl Params<T>) -> (usize, usize) {
    let (mut trained, mut buffers) = (0, 0);
    net.visit(Path::ROOT, &mut |_, param| match param.kind {
        Kind::Buffer => buffers += param.values.len(),
        _ => trained += param.values.len(),
    });
    (trained, buffers)
}

/// Trains one step on two random samples, and infers one: the loss is finite and the weights have moved.
macro_rules! trains_and_infers {
    ($net:ident, $inputs:literal, $numbers:literal) => {{
        let mut trainer = Trainer::<$net, CrossEntropy, Adam, 2>::boxed(0);
        let (trained, buffers) = numbers(trainer.net());
        assert_eq!(trained + buffers, $numbers);
        assert_eq!(trained, $net::<f32>::PARAMS);
        let mut rng = Rng::new(1);
        let x: Vec<[f32; $inputs]> = (0..2).map(|_| std::array::from_fn(|_| rng.normal() as f32)).collect();
        let first = trainer.step(&(&x, &[0_u16, 1])).expect("random numbers train").loss;
        for _ in 0..20 {
            trainer.step(&(&x, &[0_u16, 1])).expect("random numbers train");
        }
        let last = trainer.step(&(&x, &[0_u16, 1])).expect("random numbers train").loss;
        assert!(last < first, "loss {first} before, {last} after");
        assert!(trainer.predict(&x[0]).iter().all(|y| y.is_finite()));
    }};
}

#[test]
fn the_keyword_spotter_has_24_908_numbers() {
    trains_and_infers!(DsCnn, 490, 24_908);
}

#[test]
fn the_mobile_net_has_221_794_numbers() {
    trains_and_infers!(MobileNet, 27_648, 221_794);
}

#[test]
fn the_residual_network_has_78_666_numbers() {
    trains_and_infers!(ResNet8, 3072, 78_666);
}

#[test]
fn the_autoencoder_has_269_992_numbers() {
    let mut trainer = Trainer::<Autoencoder, Mse, Adam, 2>::boxed(0);
    let (trained, buffers) = numbers(trainer.net());
    assert_eq!((trained + buffers, trained), (269_992, Autoencoder::<f32>::PARAMS));
    let mut rng = Rng::new(1);
    let x: Vec<[f32; 640]> = (0..2).map(|_| std::array::from_fn(|_| rng.normal() as f32)).collect();
    let losses = [0; 20].map(|_| trainer.step(&(&x, &x)).expect("random numbers train").loss);
    assert!(losses[19] < losses[0], "{losses:?}");
    assert!(trainer.predict(&x[0]).iter().all(|y| y.is_finite()));
}

/// Trains until the running statistics are no longer those of the start, and compares the network with its twin on a random
/// sample. Gives the numbers of the twin.
macro_rules! folds {
    ($net:ident, $folded:ident, $loss:ident, $inputs:literal, $target:expr) => {{
        let mut trainer = Trainer::<$net, $loss, Adam, 2>::boxed(0);
        let mut rng = Rng::new(1);
        let x: Vec<[f32; $inputs]> = (0..2).map(|_| std::array::from_fn(|_| rng.normal() as f32)).collect();
        for _ in 0..3 {
            trainer.step(&(&x, $target(&x))).expect("random numbers train");
        }
        let mut model = Model::<$folded>::boxed(1);
        trainer.net().fold_into(model.net_mut());
        let (y, z) = (trainer.predict(&x[0]), model.predict(&x[0]));
        let largest = y.iter().fold(0.0, |m: f32, y| m.max(y.abs()));
        let difference = y.iter().zip(z).fold(0.0, |m: f32, (y, z)| m.max((y - z).abs()));
        assert!(difference < 1e-5 * largest, "outputs up to {largest} differ by {difference}");
        let (trained, buffers) = numbers(model.net());
        assert_eq!((trained, buffers), ($folded::<f32>::PARAMS, 0), "{}", $folded::<f32>::summary());
        trained
    }};
}

#[test]
fn a_twin_without_norms_infers_the_same() {
    fn classes<X>(_: &X) -> &'static [u16; 2] {
        &[0, 1]
    }
    // four numbers of a norm for every channel
    assert_eq!(folds!(DsCnn, DsCnnFolded, CrossEntropy, 490, classes), 24_908 - 4 * 9 * 64);
    assert_eq!(folds!(ResNet8, ResNet8Folded, CrossEntropy, 3072, classes), 78_666 - 4 * 240);
    assert_eq!(folds!(MobileNet, MobileNetFolded, CrossEntropy, 27_648, classes), 221_794 - 4 * 2736);
    folds!(Autoencoder, AutoencoderFolded, Mse, 640, std::convert::identity);
}
