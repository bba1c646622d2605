//! Embeddings whose gradient has only the rows of tokens that were met, through the macro.
#![forbid(unsafe_code)]

use dl::prelude::*;
use dl::{Rng, StreamNetwork, Tokens};

const VOCAB: usize = 60;

/// The same network with both kinds of embedding; with `PRelu` the gradient is cleared by the trainer, without by the layers.
macro_rules! pair {
    ($dense:ident, $sparse:ident: $act:ty) => {
        #[network(input = [u16; 5])]
        struct $dense {
            embed: Embedding<VOCAB, 3, PaddingIdx<0>>,
            gru: Gru<4, Last>,
            act: $act,
            head: Dense<2>,
        }

        #[network(input = [u16; 5], stream)]
        struct $sparse {
            embed: Embedding<VOCAB, 3, PaddingIdx<0>, Sparse>,
            gru: Gru<4, Last>,
            act: $act,
            head: Dense<2>,
        }
    };
}
pair!(Dense0, Sparse0: Tanh);
pair!(Dense1, Sparse1: PRelu);

/// Seven samples of few tokens.
fn batch(seed: u64) -> ([[u16; 5]; 7], [u16; 7]) {
    let mut rng = Rng::new(seed);
    let x = core::array::from_fn(|_| core::array::from_fn(|_| (rng.uniform() * 9.0) as u16));
    (x, core::array::from_fn(|i| (i % 2) as u16))
}

/// The embeddings of both networks after some steps, on so many lanes.
macro_rules! trained {
    ($dense:ty, $sparse:ty, $optimizer:expr, $lanes:expr) => {{
        let optimizer = $optimizer;
        let mut dense = Trainer::<$dense, CrossEntropy, _, 2>::boxed_with(CrossEntropy::new(), optimizer, 3);
        let mut sparse =
            Trainer::<$sparse, CrossEntropy, _, 2>::boxed_with(CrossEntropy::new(), optimizer, 3);
        dense.set_lanes($lanes, 1);
        sparse.set_lanes($lanes, 1);
        let start = dense.net().embed.weight;
        assert_eq!(sparse.net().embed.weight, start);
        for seed in 0..6 {
            let (a, b) = (dense.step(&batch(seed)).unwrap(), sparse.step(&batch(seed)).unwrap());
            assert_eq!(a.loss.to_bits(), b.loss.to_bits(), "step {seed} on {} lanes", $lanes);
        }
        assert!(sparse.grad().embed.met().is_some_and(|met| (4..9).contains(&met)));
        (start, dense.net().embed.weight, sparse.net().embed.weight)
    }};
}

#[test]
fn sgd_does_the_same_steps_bit_for_bit_on_any_number_of_lanes() {
    for lanes in [1, 3] {
        let (start, dense, sparse) = trained!(Dense0, Sparse0, Sgd::new(0.5), lanes);
        assert_eq!(dense, sparse);
        assert_ne!(start, sparse);
        let (_, dense, sparse) = trained!(Dense1, Sparse1, Sgd::new(0.5), lanes);
        assert_eq!(dense, sparse);
    }
}

#[test]
fn rows_that_are_never_met_stay_as_they_are_under_weight_decay_and_moments() {
    let mut sparse =
        Trainer::<Sparse0, CrossEntropy, _, 2>::boxed_with(CrossEntropy::new(), AdamW::new(0.01), 3);
    let start = sparse.net().embed.weight;
    for seed in 0..6 {
        sparse.step(&batch(seed)).unwrap();
    }
    let weight = sparse.net().embed.weight;
    let moved = |token: usize| weight.column(token) != start.column(token);
    assert!((1..9).all(moved) && !(9..VOCAB).any(moved) && !moved(0));
}

#[test]
fn it_runs_step_by_step_and_learns() {
    fn steps<N: StreamNetwork<StepIn = Tokens<1>>>() {}
    steps::<Sparse0>();
    let mut trainer = Sparse1Trainer::<CrossEntropy, Adam>::boxed(0);
    let first = trainer.step(&batch(0)).unwrap().loss;
    for _ in 0..60 {
        trainer.step(&batch(0)).unwrap();
    }
    assert!(trainer.step(&batch(0)).unwrap().loss < first);
}
