//! A network that was trained on the host meets other data: its last layer learns anew on the device, from features that the
//! rest computes in flash. `cargo run --release --example finetune examples/embedded/src` wrote the weights.
#![no_std]
#![no_main]

mod digits;

use core::convert::Infallible;
use core::hint::black_box;

use board::{end, entry, println};
use dl::layer::WorkOf;
use dl::prelude::*;
use dl::train::Memory;
use dl::{Blank, SMatrix, Tokens, Vals, params};
use static_cell::ConstStaticCell;

use crate::digits::Digits;

/// From pixels to features.
#[network(input = [64])]
struct Backbone {
    fc1: Dense<32>,
    act1: Relu,
}

/// From features to digits.
#[network(input = [32])]
struct Head {
    fc2: Dense<10>,
}

/// The networks themselves, in flash.
static BACKBONE: Backbone = weights!("backbone.safetensors");
static HEAD: Head = weights!("head.safetensors");

/// All that learns.
type HeadMemory = Memory<Head, CrossEntropy, Sgd, 1>;

static MEMORY: ConstStaticCell<HeadMemory> = ConstStaticCell::new(Blank::ZERO);

/// What the backbone makes of the digits: as they are, or white on black.
struct Features {
    digits: Digits,
    inverted: bool,
}

impl Dataset<f32, Vals<32>, Tokens<1>> for Features {
    type Error = Infallible;

    fn len(&self) -> usize {
        self.digits.len()
    }
    fn get(&self, index: usize, rng: Rng, x: &mut [f32; 32], digit: &mut [u16; 1]) -> Result<(), Infallible> {
        let mut image = [0.0; 64];
        self.digits.get(index, rng, &mut image, digit)?;
        if self.inverted {
            image.iter_mut().for_each(|grey| *grey = 1.0 - *grey);
        }
        features(&image, x);
        Ok(())
    }
}

/// A pass through flash.
fn features(image: &[f32; 64], features: &mut [f32; 32]) {
    let (image, mut out, mut work) = (SMatrix::from([*image]), SMatrix::ZERO, WorkOf::<Backbone, 1>::ZERO);
    BACKBONE.forward(&image, &mut out, None, &mut work, Pass::infer());
    *features = out.data.0[0];
}

#[entry]
fn main() -> ! {
    board::sizes();
    let (train, test) = digits::load();
    let one = Features { digits: Digits(&train.0[..1]), inverted: true };
    let train = Features { digits: train, inverted: true };
    let mut test = Features { digits: test, inverted: false };

    let mut trainer = HeadTrainer::<_, _, 1>::in_place(MEMORY.take(), CrossEntropy::new(), Sgd::new(0.05), 0);
    params::copy(trainer.net_mut(), &HEAD);
    let mut right = [0; 3];
    let mut well = true;
    for (i, right) in right.iter_mut().enumerate() {
        test.inverted = i > 0;
        if i == 2 {
            well &= trainer.fit(&train, (), Fit::new(3, 8), ()).is_ok();
        }
        let mut accuracy = Accuracy::new();
        well &= trainer.evaluate(&test, &mut accuracy).is_ok();
        *right = accuracy.right;
    }
    let [host, before, after] = right;
    println!("finetune: {host} of 360 right as on the host, {before} with black and white changed");
    println!("finetune: {after} after {} steps of the last layer", trainer.steps());
    let (ram, flash) = (size_of::<HeadMemory>(), size_of_val(&BACKBONE) + size_of_val(&HEAD));
    println!("finetune: {ram} bytes of memory to learn, {flash} of weights in flash");

    let image = [0.5; 64];
    let mut x = [0.0; 32];
    let mut few =
        board::takes("finetune: the features of a sample", 6000, || features(black_box(&image), &mut x));
    few &=
        board::takes("finetune: a step on 1 sample", 12_000, || _ = black_box(trainer.step(black_box(&one))));
    end(well && host > 300 && before < 100 && after > 300 && few)
}
