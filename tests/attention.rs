//! Attention through the macro: sizes, gradients, lengths, memory, and training.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::gradcheck::{self, Numbers};
use dl::prelude::*;
use dl::{Blank, Lens, SMatrix, Tokens, Vals};

const STEPS: usize = 5;
const DIM: usize = 6;

/// A block of a decoder: norms come first.
#[network(input = [STEPS, DIM])]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
struct Block {
    norm1: LayerNorm,
    attn: SelfAttention<{ DIM / 2 }, Causal>,
    norm2: LayerNorm,
    up: Dense<{ 2 * DIM }>,
    down: Dense<DIM>,
}

#[network(input = [STEPS, DIM])]
struct Stack {
    blocks: [Block; 2],
    all: SelfAttention<2, NoBias>,
    act: Tanh,
    norm: LayerNorm,
    head: Dense<3>,
}

/// A layer that is called twice, and one behind a value that is read again.
#[network(input = [4, 2])]
#[forward(|x| attn(x) + attn(head(x) * x))]
struct Shared {
    head: Dense<2>,
    attn: SelfAttention<1>,
}

#[network(input = [4, 3])]
struct Repeated {
    attention: [SelfAttention<3>; 2],
}

/// The last attention makes nothing of what lies past the valid steps, which a block passes on.
#[network(input = [u16; STEPS])]
struct Gpt {
    embed: Embedding<7, DIM>,
    blocks: [Block; 2],
    attention: SelfAttention<1>,
    head: Dense<7>,
}

fn check<N>()
where
    N: Network<Scalar = f64, In: Numbers, Out: Numbers>,
{
    let report = differences::<N, 2>(1, Pass::train(Rng::new(1)));
    assert!(report.worst < 1e-6, "{}: {report}", N::NAME);
}

#[test]
fn gradients_through_the_macro_match_finite_differences() {
    check::<Block<f64>>();
    check::<Stack<f64>>();
    check::<Shared<f64>>();
    check::<Repeated<f64>>();
}

#[test]
fn gradients_of_padded_tokens_match_finite_differences() {
    let mut net = Gpt::<f64>::boxed(3);
    let mut x = [[1, 3, 0, 6, 4], [2, 2, 3, 1, 3]];
    let pass = Pass::infer().padded(Lens::of(&[u16::MAX, 3]));
    gradcheck::layer::<_, Tokens<5>, Vals<35>, 2>(&mut *net, &mut x, Pass::infer()).unwrap();
    gradcheck::layer::<_, Tokens<5>, Vals<35>, 2>(&mut *net, &mut x, pass).unwrap();
}

#[test]
fn sizes_are_those_of_the_rule() {
    let rows = |rows: &[dl::summary::Row]| {
        rows.iter().map(|row| format!("{} {} {}", row.output, row.params, row.macs)).collect::<Vec<_>>()
    };
    // four products with a weight, and two with each other step or half of them
    let causal = 5 * 4 * 36 + 2 * 6 * 15;
    let all = 5 * 4 * 36 + 2 * 6 * 25;
    assert_eq!(rows(<Block as Network>::ROWS)[1], format!("[5, 6] {} {causal}", 4 * 36 + 4 * 6));
    assert_eq!(rows(<Stack as Network>::ROWS)[1], format!("[5, 6] {} {all}", 4 * 36));
    let text = Block::summary().to_string();
    assert!(text.contains("SelfAttention<{ DIM / 2 }, Causal>"), "{text}");
}

#[test]
fn memory_of_attention_is_a_constant() {
    #[network(input = [20, 6])]
    struct Only {
        attention: SelfAttention<3>,
    }
    // queries, keys and values, what the heads get, and their weights
    assert_eq!(size_of::<OnlyTape<f32, 2>>(), 4 * 2 * (20 * (3 * 6 + 6) + 3 * 20 * 20));
    // derivatives of all but the weights, which are there for 16 steps at a time, and the keys of a head
    assert_eq!(size_of::<OnlyWork<f32, 2>>(), 4 * (2 * 20 * (3 * 6 + 6) + 20 * (16 + 6)));
}

#[test]
fn a_shorter_sequence_gives_the_same_in_its_padding() {
    #[network(input = [3, 4])]
    struct Short {
        attention: SelfAttention<2>,
    }
    #[network(input = [7, 4])]
    struct Long {
        attention: SelfAttention<2>,
    }
    let (short, mut long) = (Short::<f32>::boxed(5), Long::<f32>::boxed(6));
    long.attention.in_proj_weight = short.attention.in_proj_weight;
    long.attention.in_proj_bias = short.attention.in_proj_bias;
    long.attention.out_proj.weight = short.attention.out_proj.weight;
    long.attention.out_proj.bias = short.attention.out_proj.bias;
    let x = SMatrix::<f32, 28, 1>::from_fn(|i, _| if i < 12 { i as f32 / 6.0 - 1.0 } else { f32::NAN });
    let (mut y, mut expected) = (SMatrix::<f32, 28, 1>::zeros(), SMatrix::<f32, 12, 1>::zeros());
    let mut work = Blank::ZERO;
    long.forward(&x, &mut y, None, &mut work, Pass::infer().padded(Lens::of(&[3])));
    let x = x.fixed_rows::<12>(0).into_owned();
    let mut work = Blank::ZERO;
    short.forward(&x, &mut expected, None, &mut work, Pass::infer());
    assert!((y.fixed_rows::<12>(0) - expected).amax() < 1e-6, "{y} {expected}");
    assert_eq!(y.fixed_rows::<16>(12).amax(), 0.0);
}

/// Says at every step what was first. A convolution tells the first step from the others: there is nothing before it.
#[network(input = [u16; 12])]
struct First {
    embed: Embedding<4, 16>,
    pairs: Conv1d<16, 2, Pad<1, 0>>,
    attention: SelfAttention<2, Causal>,
    head: Dense<4>,
}

#[test]
fn a_network_that_looks_back_learns_what_was_first() {
    let mut rng = Rng::new(7);
    let x: Vec<[u16; 12]> = (0..128).map(|_| core::array::from_fn(|_| rng.below(4) as u16)).collect();
    let labels: Vec<[u16; 12]> = x.iter().map(|x| [x[0]; 12]).collect();
    let data = (x, labels);
    let mut trainer =
        FirstTrainer::<CrossEntropy<12>, Adam>::boxed_with(CrossEntropy::default(), Adam::new(0.01), 0);
    trainer.fit(&data, (), Fit::new(60, 32), ()).unwrap();
    let mut accuracy = Accuracy::<12>::default();
    let loss = trainer.evaluate(&data, &mut accuracy).unwrap();
    assert!(accuracy.value() > 0.99 && loss < 0.1, "loss {loss}, accuracy {}", accuracy.value());
}
