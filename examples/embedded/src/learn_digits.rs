//! Handwritten digits, learnt from samples that stay in flash.

use core::hint::black_box;

use board::println;
use dl::Blank;
use dl::prelude::*;
use dl::train::Memory;
use static_cell::ConstStaticCell;

use crate::digits::{self, Digits};

#[network(input = [64])]
struct Net {
    fc1: Dense<32>,
    act1: Relu,
    head: Dense<10>,
}

/// All that training needs, with one sample on its way.
type NetMemory = Memory<Net, CrossEntropy, Sgd, 1>;

static MEMORY: ConstStaticCell<NetMemory> = ConstStaticCell::new(Blank::ZERO);

/// Learns, and says whether all went well.
pub(crate) fn learn() -> bool {
    let (train, test) = digits::load();
    let mut trainer = NetTrainer::<_, _, 1>::in_place(MEMORY.take(), CrossEntropy::new(), Sgd::new(0.1), 0);
    let mut accuracy = Accuracy::new();
    let fit = trainer.fit(&train, (), Fit::new(4, 8), ());
    let judged = trainer.evaluate(&test, &mut accuracy);
    let right = accuracy.right;
    println!("digits: {right} of {} right after {} steps", accuracy.seen, trainer.steps());
    println!("digits: {} bytes of memory", size_of::<NetMemory>());

    let (mut one, mut sixteen) = (Digits(&train.0[..1]), Digits(&train.0[..16]));
    let mut step = |samples: &mut Digits| _ = black_box(trainer.step(black_box(samples)));
    let mut few = board::takes("digits: a step on 1 sample", 28_000, || step(&mut one));
    few &= board::takes("digits: a step on 16 samples", 400_000, || step(&mut sixteen));
    let image = [0.5; 64];
    few &= board::takes("digits: a prediction", 7000, || _ = black_box(trainer.predict(black_box(&image))));
    fit.is_ok() && judged.is_ok() && right > 320 && few
}
