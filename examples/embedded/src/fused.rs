//! Handwritten digits, learnt without memory for a gradient: each weight takes its step when its gradient is known.
#![no_std]
#![no_main]

mod digits;

use core::hint::black_box;

use board::{end, entry, println};
use dl::Blank;
use dl::prelude::*;
use dl::train::FusedMemory;
use static_cell::ConstStaticCell;

use digits::Digits;

#[network(input = [64], fused_sgd)]
struct Net {
    fc1: Dense<32>,
    act1: Relu,
    head: Dense<10>,
}

static MEMORY: ConstStaticCell<FusedMemory<Net, CrossEntropy>> = ConstStaticCell::new(Blank::ZERO);

/// How many digits the network tells right.
fn right(sgd: &mut FusedSgd<Net, CrossEntropy>, test: &Digits) -> usize {
    let is_right = |i: &usize| {
        let (mut image, mut digit) = ([0.0; 64], [0]);
        let Ok(()) = test.get(*i, Rng::new(0), &mut image, &mut digit);
        let scores = sgd.predict(&image);
        (0..10).fold(0, |best, k| if scores[k] > scores[best] { k } else { best }) == usize::from(digit[0])
    };
    (0..test.len()).filter(is_right).count()
}

#[entry]
fn main() -> ! {
    board::sizes();
    let (train, test) = digits::load();
    let mut sgd = FusedSgd::in_place(MEMORY.take(), CrossEntropy::new(), 0.02, 0);
    let learnt = (0..3).all(|_| sgd.epoch(&train).is_ok());
    let right = right(&mut sgd, &test);
    println!("fused: {right} of {} right after {} steps", test.len(), sgd.steps());
    println!("fused: {} bytes of memory", FusedSgd::<Net, CrossEntropy>::BYTES);
    let step = || _ = black_box(sgd.step(black_box(&train), 0));
    let few = board::takes("fused: a step", 19_000, step);
    end(learnt && right > 300 && few)
}
