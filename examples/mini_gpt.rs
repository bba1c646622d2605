//! A small GPT that writes like Shakespeare: causal attention in blocks, and a text drawn step by step with a window.
//!
//!     cargo run --release --example mini_gpt -- [FILE] [OPTIONS]
//!
//! The plays are looked for in FILE, else in `data/tinyshakespeare/input.txt`. Trains on 2,000 steps of 16 windows with
//! Adam, 1e-3, writes weights and vocabulary to `target/`, and then a text. Options: `--write` takes what was written
//! there before instead of training; `--prompt TEXT`, `--length N`, `--temperature T`, `--top-k K`, `--top-p P` say what
//! text is drawn; `--seed S` is the seed of both. With `--seeds N` it trains N times, and fails if the mean of the losses
//! is above that of `--at-most NATS`.

use anyhow::Result;
use dl::prelude::*;
use shakespeare::{STEPS, Settings, VOCAB};

mod shakespeare;

/// Features of a step.
const DIM: usize = 64;

/// Steps look at those before, then each goes through two products; both add to what comes in.
#[network(input = [STEPS, DIM], stream)]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
pub struct Block {
    pub norm1: LayerNorm,
    pub attn: SelfAttention<4, Causal>,
    pub norm2: LayerNorm,
    pub up: Dense<{ 4 * DIM }>,
    pub down: Dense<DIM>,
}

#[network(input = [u16; STEPS], stream)]
pub struct MiniGpt {
    pub embed: Embedding<VOCAB, DIM>,
    pub pos: Position,
    pub blocks: [Block; 2],
    pub norm: LayerNorm,
    pub head: Dense<VOCAB>,
}

fn main() -> Result<()> {
    shakespeare::run::<MiniGpt>(Settings { name: "mini_gpt", rate: 1e-3, at_most: 2.1 })
}
