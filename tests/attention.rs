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

/// What there is for two sequences, and positions; the memory is also the input.
#[network(input = ([3, 4], [5, 2]))]
#[forward(|x, memory| {
    let h = sines(first(position(x), widen(memory)));
    concat(second(h, memory), dot(h, h), sum(h, memory))
})]
struct OfTwo {
    position: Position,
    widen: Dense<4>,
    first: CrossAttention<2>,
    sines: Sinusoidal,
    second: CrossAttention<1, NoBias>,
    dot: Attend,
    sum: Attend<Additive<3>>,
}

/// The same sizes by constants.
#[network(input = ([STEPS, DIM], [{ STEPS - 2 }, { DIM - 1 }]))]
#[forward(|x, memory| {
    let h = turned(position(x));
    concat(same(h, other(h, memory)), dot(h, wide(memory)), sum(h, sines(memory)))
})]
struct OfTwoConsts {
    position: Position,
    turned: SelfAttention<{ DIM / 2 }, Rotary>,
    other: CrossAttention<2>,
    same: CrossAttention<{ DIM / 3 }, NoBias>,
    wide: Dense<DIM>,
    dot: Attend,
    sines: Sinusoidal,
    sum: Attend<Additive<DIM>>,
}

#[network(input = [u16; 4])]
struct Encoder {
    embed: Embedding<5, 3>,
    lstm: Lstm<4>,
}

#[network(input = ([u16; 3], [4, 4]))]
#[forward(|target, memory| {
    let h = lstm(embed(target));
    head(tanh(mix(concat(h, attend(h, memory)))))
})]
struct Decoder {
    embed: Embedding<6, 3>,
    lstm: Lstm<4>,
    attend: Attend,
    mix: Dense<4>,
    head: Dense<6>,
}

#[network(input = ([u16; 4], [u16; 3]))]
#[forward(|source, target| decoder(target, encoder(source)))]
struct Translate {
    encoder: Encoder,
    decoder: Decoder,
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
fn gradients_of_layers_of_two_sequences_match_finite_differences() {
    let both = |seed| {
        let mut rng = Rng::new(seed);
        (
            SMatrix::<f64, 12, 2>::from_fn(|_, _| rng.normal()),
            SMatrix::<f64, 10, 2>::from_fn(|_, _| rng.normal()),
        )
    };
    let mut net = OfTwo::<f64>::boxed(3);
    let pass = Pass::train(Rng::new(0));
    gradcheck::layer::<_, (Vals<12>, Vals<10>), Vals<30>, 2>(&mut *net, &mut both(1), pass).unwrap();
    let report = differences::<OfTwoConsts<f64>, 2>(1, Pass::train(Rng::new(1)));
    assert!(report.worst < 1e-6, "{report}");
}

#[test]
fn gradients_of_a_translator_match_finite_differences() {
    let mut net = Translate::<f64>::boxed(3);
    let mut x = ([[1, 3, 0, 4], [2, 2, 3, 1]], [[1, 5, 0], [2, 4, 3]]);
    let whole = Pass::infer();
    gradcheck::layer::<_, (Tokens<4>, Tokens<3>), Vals<18>, 2>(&mut *net, &mut x, whole).unwrap();
    // a memory of two steps, and of all
    let padded = Pass::infer().padded((Lens::of(&[2, u16::MAX]), Lens::of(&[u16::MAX; 2])));
    gradcheck::layer::<_, (Tokens<4>, Tokens<3>), Vals<18>, 2>(&mut *net, &mut x, padded).unwrap();
}

#[test]
fn lengths_behind_an_attention_are_those_of_its_first_input() {
    let net = Translate::<f32>::boxed(3);
    let (x, other) = (([[1, 3, 0, 4]], [[1, 5, 0]]), ([[1, 3, 2, 2]], [[1, 5, 0]]));
    let pass = Pass::infer().padded((Lens::of(&[2]), Lens::of(&[1])));
    let ((_, lens), lead) =
        (pass.lens(), <Translate as Layer<f32, (Tokens<4>, Tokens<3>), Vals<18>>>::lens(pass));
    assert_eq!((lens.steps(0, 3), lead.steps(0, 3)), (1, 1));
    let (mut y, mut again, mut work) = (SMatrix::<f32, 18, 1>::zeros(), SMatrix::zeros(), Blank::ZERO);
    net.forward((&x.0, &x.1), &mut y, None, &mut work, pass);
    net.forward((&other.0, &other.1), &mut again, None, &mut work, pass);
    assert_eq!(y, again, "what lies past the source's steps is not looked at");
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
    let of_two = [
        format!("[3, 4] {} 0", 3 * 4),
        format!("[5, 4] {} {}", 4 * 3, 5 * 2 * 4),
        format!("[3, 4] {} {}", 4 * 16 + 16, 2 * 3 * 16 + 2 * 5 * 16 + 2 * 3 * 5 * 4),
        "[3, 4] 0 0".to_owned(),
        format!("[3, 4] {} {}", 2 * 16 + 2 * 8, 2 * 3 * 16 + 2 * 5 * 8 + 2 * 3 * 5 * 4),
        format!("[3, 4] 0 {}", 2 * 3 * 3 * 4),
        format!("[3, 2] {} {}", 3 * (4 + 2 + 1), 3 * (3 * 4 + 5 * 2 + 15) + 15 * 2),
    ];
    assert_eq!(rows(<OfTwo as Network>::ROWS), of_two);
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
