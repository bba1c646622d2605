//! A character-level LSTM that writes like Shakespeare: windows of a text, perplexity, and a text drawn step by step.
//!
//!     cargo run --release --example char_lstm -- [FILE] [OPTIONS]
//!
//! The plays are looked for in FILE, else in `data/tinyshakespeare/input.txt`. Trains on 2,000 steps of 16 windows with
//! Adam, 2e-3, writes weights and vocabulary to `target/`, and then a text. Options: `--write` takes what was written
//! there before instead of training; `--prompt TEXT`, `--length N`, `--temperature T`, `--top-k K`, `--top-p P` say what
//! text is drawn; `--seed S` is the seed of both. With `--seeds N` it trains N times, and fails if the mean of the losses
//! is above that of `--at-most NATS`.

use anyhow::Result;
use dl::prelude::*;
use shakespeare::{STEPS, Settings, VOCAB};

mod shakespeare;

#[network(input = [u16; STEPS], stream)]
pub struct CharLstm {
    pub embed: Embedding<VOCAB, 32>,
    pub lstm: Lstm<128>,
    pub head: Dense<VOCAB>,
}

fn main() -> Result<()> {
    shakespeare::run::<CharLstm>(Settings { name: "char_lstm", rate: 2e-3, at_most: 1.9 })
}
