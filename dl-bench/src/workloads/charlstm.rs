//! A language model of characters: an LSTM, trained on the next one at every step.

use dl::Rng;
use dl::prelude::*;

use super::{Losses, Row, SEED, Workload, data_rng, steps};
use crate::measure::Step;
use crate::work::Products;

/// What is looked up is no product: of a step `U h` and the head.
const PRODUCTS: Products = Products::NONE.conv(512, 128, 64).conv(65, 128, 64);

#[network(input = [u16; 64])]
pub(crate) struct CharLstm {
    lstm: Lstm<128, OneHot<65>>,
    head: Dense<65>,
}

pub(super) const TRAIN: Workload = Workload {
    name: "charlstm_train",
    what: "tokens of 65, LSTM 128, dense 65, 64 steps, cross-entropy of every step, Adam 1e-3: one step",
    rows: &[Row {
        batch: 16,
        work: PRODUCTS.train_behind_tokens(16),
        start: train,
        share: None,
        losses: Some(losses),
    }],
};

/// Samples in a chunk: the tape of twice as many does not stay in the second-level cache.
const CHUNK: usize = 8;

fn trainer() -> Trainer<CharLstm, CrossEntropy<64>, Adam, CHUNK> {
    Trainer::boxed_with(CrossEntropy::DEFAULT, Adam::new(1e-3), SEED)
}

/// Windows of random tokens, and the tokens to come.
pub(super) fn windows() -> (Vec<[u16; 64]>, Vec<[u16; 64]>) {
    let mut rng = data_rng();
    let tokens = |rng: &mut Rng| (0..16).map(|_| std::array::from_fn(|_| rng.below(65) as u16)).collect();
    (tokens(&mut rng), tokens(&mut rng))
}

fn train() -> Step {
    steps(trainer(), windows())
}

fn losses() -> Result<Losses, String> {
    Losses::of(trainer(), &windows())
}
