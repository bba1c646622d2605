//! Exclusive or, learnt by a network of 65 numbers.

use core::hint::black_box;

use board::println;
use dl::Blank;
use dl::prelude::*;
use dl::train::Memory;
use static_cell::ConstStaticCell;

#[network(input = [2])]
struct Xor {
    fc1: Dense<16>,
    act1: Tanh,
    head: Dense<1>,
    act2: Sigmoid,
}

/// All that training needs: weights, gradient, and one sample on its way.
type XorMemory = Memory<Xor, Mse, Sgd, 1>;

static MEMORY: ConstStaticCell<XorMemory> = ConstStaticCell::new(Blank::ZERO);

/// Learns, and says whether all went well.
pub(crate) fn learn() -> bool {
    let mut trainer = XorTrainer::in_place(MEMORY.take(), Mse, Sgd::new(2.0), 0);
    let mut is_learnt = false;
    while !is_learnt && trainer.steps() < 2000 {
        is_learnt = step(&mut trainer) <= 0.01;
    }
    println!("xor: {} bytes of memory, {} steps", size_of::<XorMemory>(), trainer.steps() as u32);
    let few = board::takes("xor: a step on 4 samples", 9000, || _ = black_box(step(&mut trainer)));
    is_learnt && few
}

/// One step on all four samples; returns the loss.
#[inline(never)]
fn step(trainer: &mut Trainer<Xor, Mse, Sgd, 1>) -> f64 {
    let samples = (&[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], &[0.0, 1.0, 1.0, 0.0]);
    trainer.step(&samples).map_or(f64::INFINITY, |report| report.loss)
}
