//! Networks of a few hundred multiply-adds, where what is not arithmetic shows.

use dl::prelude::*;

use super::{Losses, Row, SEED, Workload, data_rng, infer, normal, steps};
use crate::measure::Step;
use crate::work::Products;

const RELU: Products = Products::NONE.dense(&[1, 16, 16, 1]);
const TANH: Products = Products::NONE.dense(&[2, 16, 16, 1]);

#[network(input = [1])]
pub(crate) struct TinyRelu {
    fc1: Dense<16>,
    act1: Relu,
    fc2: Dense<16>,
    act2: Relu,
    fc3: Dense<1>,
}

#[network(input = [2])]
pub(crate) struct TinyTanh {
    fc1: Dense<16>,
    act1: Tanh,
    fc2: Dense<16>,
    act2: Tanh,
    fc3: Dense<1>,
}

pub(super) const INFER: Workload = Workload {
    name: "tiny_infer1",
    what: "1-16-16-1, ReLU: inference of one sample",
    rows: &[Row { batch: 1, work: RELU.infer(), start: infer::<TinyRelu, _>, share: None, losses: None }],
};

pub(super) const TRAIN: Workload = Workload {
    name: "tiny_train",
    what: "2-16-16-1, tanh, MSE, SGD 0.01: one step",
    rows: &[
        Row { batch: 1, work: TANH.train(1), start: train::<1>, share: None, losses: Some(losses::<1>) },
        Row { batch: 16, work: TANH.train(16), start: train::<16>, share: None, losses: Some(losses::<16>) },
    ],
};

fn trainer<const BATCH: usize>() -> Trainer<TinyTanh, Mse, Sgd, BATCH> {
    Trainer::boxed_with(Mse, Sgd::new(0.01), SEED)
}

/// Normal inputs and targets.
fn batch(n: usize) -> (Vec<[f32; 2]>, Vec<[f32; 1]>) {
    let mut rng = data_rng();
    let x = normal(n, &mut rng);
    (x, normal(n, &mut rng))
}

fn train<const BATCH: usize>() -> Step {
    steps(trainer::<BATCH>(), batch(BATCH))
}

fn losses<const BATCH: usize>() -> Result<Losses, String> {
    Losses::of(trainer::<BATCH>(), &batch(BATCH))
}
