//! A small GPT: trained on the next character at every step, and asked for one character after the other.

use std::hint::black_box;

use dl::prelude::*;
use dl::train::StreamModel;

use super::charlstm::windows;
use super::{Losses, Row, SEED, Workload, steps};
use crate::measure::{Step, step};
use crate::work::Products;

/// Of a block: queries, keys and values of 64 steps; half of all pairs of steps, twice; what is made of them; the two
/// products behind.
const BLOCK: Products =
    Products::NONE.conv(192, 64, 64).attention(64, 64).conv(64, 64, 64).conv(256, 64, 64).conv(64, 256, 64);
const PRODUCTS: Products = BLOCK.then(BLOCK).conv(65, 64, 64);

#[network(input = [64, 64], stream)]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu_tanh(up(norm2(x))))
})]
pub(crate) struct Block {
    norm1: LayerNorm,
    attn: SelfAttention<4, Causal>,
    norm2: LayerNorm,
    up: Dense<256>,
    down: Dense<64>,
}

#[network(input = [u16; 64], stream)]
pub(crate) struct Gpt {
    embed: Embedding<65, 64>,
    pos: Position,
    blocks: [Block; 2],
    norm: LayerNorm,
    head: Dense<65>,
}

pub(super) const TRAIN: Workload = Workload {
    name: "gpt_train",
    what: "65 tokens, width 64, 4 heads, 2 blocks, GELU (tanh), 64 positions, Adam 1e-3: one step",
    rows: &[Row {
        batch: 16,
        work: PRODUCTS.train_behind_tokens(16),
        start: train,
        share: None,
        losses: Some(losses),
    }],
};

pub(super) const INFER: Workload = Workload {
    name: "gpt_infer",
    what: "the same, a token at a time, keys and values kept: one token",
    rows: &[Row { batch: 1, work: PRODUCTS.per_step(64), start: infer, share: None, losses: None }],
};

/// Samples in a chunk: so many that the tape stays in the second-level cache, and their steps make products large enough.
const CHUNK: usize = 4;

fn trainer() -> Trainer<Gpt, CrossEntropy<64>, Adam, CHUNK> {
    Trainer::boxed_with(CrossEntropy::DEFAULT, Adam::new(1e-3), SEED)
}

fn train() -> Step {
    steps(trainer(), windows())
}

fn losses() -> Result<Losses, String> {
    Losses::of(trainer(), &windows())
}

/// Each token is the most likely one behind those before it, from a first one on after every 64.
fn infer() -> Step {
    let mut model = StreamModel::<Gpt>::boxed(SEED);
    let (mut token, mut position) = (0_u16, 0);
    step(move || {
        if position == 64 {
            model.reset();
            (token, position) = (0, 0);
        }
        let scores = black_box(model.step(black_box(&[token])));
        let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        token = best.map_or(0, |(token, _)| token as u16);
        position += 1;
    })
}
