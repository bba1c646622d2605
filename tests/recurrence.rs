//! Tokens and recurrences through the macro: sizes, gradients, lengths, memory, and training.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::gradcheck::{self, Numbers};
use dl::prelude::*;
use dl::train::Padded;
use dl::{Blank, Lens, SMatrix, Tokens, Vals};

const STATES: usize = 3;
const LEN: usize = 4;

#[network(input = [5, 3])]
struct OfEach {
    rnn: Rnn<4>,
    lstm: Lstm<3>,
    act: Tanh,
    gru: Gru<2>,
    out: Dense<2>,
}

/// Sizes that only the compiler knows.
#[network(input = [LEN, STATES - 1])]
struct Consts {
    both: Lstm<STATES, Bidirectional>,
    norm: LayerNorm,
    last: Gru<{ STATES + 1 }, Last, NoBias>,
    out: Dense<STATES>,
}

#[network(input = [4, 2])]
#[forward(|x| {
    let h = first(x);
    out(concat(last(h), both(h + again(first(again(h))))))
})]
struct Graph {
    first: Lstm<2>,
    again: Rnn<2>,
    last: Lstm<3, Last>,
    both: Rnn<2, Relu, Last, Bidirectional>,
    out: Dense<2>,
}

#[network(input = [6, 2])]
struct Repeated {
    layers: [Gru<2>; 3],
    inner: self::Inner,
    #[frozen]
    still: Lstm<3>,
    last: Rnn<2, Last>,
}

#[network(input = [6, 2])]
struct Inner {
    lstm: Lstm<2, NoBias>,
    shorter: Conv1d<3, 2>,
}

#[network(input = [u16; 6])]
struct Words {
    embed: Embedding<5, 3, PaddingIdx<0>>,
    lstm: Lstm<4>,
    head: Dense<2>,
}

/// A vocabulary that only the compiler knows.
#[network(input = ([u16; LEN], [LEN, 2]))]
#[forward(|words, x| out(gru(concat(embed(words), x))))]
struct TwoInputs {
    embed: Embedding<{ STATES + 4 }, STATES, PaddingIdx<{ STATES - 3 }>>,
    gru: Gru<3, Last>,
    out: Dense<1>,
}

/// A decoder that starts where an encoder ends, its other start by a constant, and one state for two.
#[network(input = ([5, 2], [LEN, 3]))]
#[forward(|source, target| {
    let memory = encoder(source);
    let h = decoder(target, last(memory));
    let other = again(turned(h), start(end(memory)));
    concat(out(concat(h, h)), other, same(h, other))
})]
struct Starts {
    encoder: Gru<4>,
    decoder: Gru<4>,
    turned: Dense<2>,
    end: Last,
    start: Dense<STATES>,
    again: Rnn<STATES, Relu, Last>,
    same: Gru<STATES, Last, NoBias>,
    out: self::Outs,
}

#[network(input = [LEN, 8])]
struct Outs {
    out: Dense<2>,
    last: Last,
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
    check::<OfEach<f64>>();
    check::<Consts<f64>>();
    check::<Graph<f64>>();
    check::<Repeated<f64>>();
    check::<Starts<f64>>();
}

#[test]
fn gradients_behind_tokens_match_finite_differences() {
    let mut words = Words::<f64>::boxed(3);
    // what the padding does to the output is not learned, so there is none here
    let mut x = [[1, 3, 1, 1, 4, 2], [2, 2, 3, 1, 3, 4]];
    let pass = Pass::infer().padded(Lens::of(&[u16::MAX, 4]));
    gradcheck::layer::<_, Tokens<6>, Vals<12>, 2>(&mut *words, &mut x, Pass::infer()).unwrap();
    gradcheck::layer::<_, Tokens<6>, Vals<12>, 2>(&mut *words, &mut x, pass).unwrap();
    let mut two = TwoInputs::<f64>::boxed(3);
    let mut rng = Rng::new(4);
    let mut x = ([[1, 6, 1, 5]], SMatrix::<f64, 8, 1>::from_fn(|_, _| rng.normal()));
    gradcheck::layer::<_, (Tokens<4>, Vals<8>), Vals<1>, 1>(&mut *two, &mut x, Pass::infer()).unwrap();
}

#[test]
fn gradients_of_padded_sequences_to_a_start_match_finite_differences() {
    let mut net = Starts::<f64>::boxed(3);
    let mut rng = Rng::new(4);
    let mut x = (
        SMatrix::<f64, 10, 2>::from_fn(|_, _| rng.normal()),
        SMatrix::<f64, 12, 2>::from_fn(|_, _| rng.normal()),
    );
    let pass = Pass::infer().padded((Lens::of(&[3, 5]), Lens::of(&[4, 2])));
    gradcheck::layer::<_, (Vals<10>, Vals<12>), Vals<8>, 2>(&mut *net, &mut x, pass).unwrap();
}

#[test]
fn a_decoder_starts_from_the_last_valid_step() {
    #[network(input = ([5, 2], [1, 3]))]
    #[forward(|source, target| decoder(target, last(encoder(source))))]
    struct Net {
        encoder: Gru<4>,
        decoder: Gru<4>,
    }
    let net = Net::<f32>::boxed(3);
    let target = [0.5, -1.0, 0.25].into();
    let run = |rest: f32| {
        let source = SMatrix::<f32, 10, 1>::from_fn(|i, _| if i < 6 { i as f32 / 6.0 } else { rest });
        let pass = Pass::infer().padded((Lens::of(&[3]), Lens::of(&[1])));
        let (mut y, mut work) = (SMatrix::<f32, 4, 1>::zeros(), Blank::ZERO);
        net.forward((&source, &target), &mut y, None, &mut work, pass);
        y
    };
    assert_eq!(run(0.0), run(f32::NAN));
    let rows: Vec<_> =
        <Net as Network>::ROWS.iter().map(|row| format!("{} {}", row.output, row.params)).collect();
    assert_eq!(rows, ["[5, 4] 96", "[1, 4] 108"]);
}

#[test]
fn sizes_are_those_of_the_rule() {
    let rows = |rows: &[dl::summary::Row]| {
        rows.iter().map(|row| format!("{} {}", row.output, row.params)).collect::<Vec<_>>()
    };
    assert_eq!(
        rows(<OfEach as Network>::ROWS),
        ["[5, 4] 36", "[5, 3] 108", "[5, 3] 0", "[5, 2] 42", "[5, 2] 6"]
    );
    assert_eq!(rows(<Consts as Network>::ROWS), ["[4, 6] 168", "[4, 6] 12", "[4] 120", "[3] 15"]);
    assert_eq!(rows(<Words as Network>::ROWS), ["[6, 3] 15", "[6, 4] 144", "[6, 2] 10"]);
    assert_eq!(Words::MACS, 6 * (16 * (3 + 4) + 4 * 2));
    assert_eq!(<Consts as Network>::OUTPUT.dims(), [3]);
    let text = Words::summary().to_string();
    assert!(text.contains("Embedding<5, 3, PaddingIdx<0>>"), "{text}");
}

#[test]
fn memory_of_back_propagation_through_time_is_a_constant() {
    const TAPE: usize = size_of::<WordsTape<f32, 2>>();
    // the values of both layers, four gates and what is remembered
    assert_eq!(TAPE, 2 * 6 * 4 * (3 + 4 + 16 + 4));
    // of an output in every step nothing is kept but the output; of the last state alone all states are
    assert_eq!(size_of::<OnlyTape<f32, 2>>(), 0);
    assert_eq!(size_of::<OnlyLastTape<f32, 2>>(), 2 * 7 * 4 * 5);
    const TRAIN: usize = Words::train_bytes::<Adam, 1>();
    let summary = Words::summary();
    assert_eq!(summary.train_bytes, TRAIN);
    assert_eq!(summary.train_bytes + summary.sample_bytes, Words::train_bytes::<Adam, 2>());
    assert!(summary.sample_bytes > TAPE / 2, "the tape is a part of what a sample takes");
    let text = summary.to_string();
    let (all, each) = (TRAIN.to_string(), summary.sample_bytes.to_string());
    assert!(
        text.replace(',', "").contains(&format!("{all} bytes to train by Adam {each} for each")),
        "{text}"
    );
}

#[network(input = [7, 2])]
struct Only {
    rnn: Rnn<5>,
}

#[network(input = [7, 2])]
struct OnlyLast {
    rnn: Rnn<5, Last>,
}

#[test]
fn a_token_that_is_not_in_the_vocabulary_stops_the_training_and_names_the_layer() {
    let mut trainer = WordsTrainer::<CrossEntropy<6>, Adam>::boxed(0);
    let targets = [[0_u16, 1, 0, 1, 0, 1]; 2];
    trainer.step(&([[1_u16, 2, 3, 4, 0, 1]; 2], targets)).unwrap();
    let error = trainer.step(&([[1_u16, 2, 3, 4, 0, 1], [1, 2, 5, 4, 0, 1]], targets)).unwrap_err();
    assert!(error.to_string().contains("embed"), "{error}");
}

#[test]
fn a_shorter_sequence_gives_the_same_last_state_in_its_padding() {
    #[network(input = [3, 2])]
    struct Short {
        gru: Gru<4, Last, Bidirectional>,
    }
    #[network(input = [7, 2])]
    struct Long {
        gru: Gru<4, Last, Bidirectional>,
    }
    let (short, mut long) = (Short::<f32>::boxed(5), Long::<f32>::boxed(6));
    for (to, from) in
        [(&mut long.gru.forward, &short.gru.forward), (&mut long.gru.reverse, &short.gru.reverse)]
    {
        (to.weight_ih, to.weight_hh) = (from.weight_ih, from.weight_hh);
        (to.bias_ih, to.bias_hh) = (from.bias_ih, from.bias_hh);
    }
    let x = SMatrix::<f32, 14, 1>::from_fn(|i, _| if i < 6 { i as f32 / 3.0 - 1.0 } else { 1e9 });
    let (mut y, mut expected) = (SMatrix::<f32, 8, 1>::zeros(), SMatrix::<f32, 8, 1>::zeros());
    let mut work = Blank::ZERO;
    long.forward(&x, &mut y, None, &mut work, Pass::infer().padded(Lens::of(&[3])));
    let x = x.fixed_rows::<6>(0).into_owned();
    let mut work = Blank::ZERO;
    short.forward(&x, &mut expected, None, &mut work, Pass::infer());
    assert!((y - expected).amax() < 1e-6, "{y} {expected}");
}

/// Of each token's class, where only the first steps count and class 1 does not.
fn one_step<const CHUNK: usize>() -> (f64, f64, SMatrix<f32, 2, 4>) {
    let loss = CrossEntropy::<6> { ignore_index: Some(1), ..CrossEntropy::DEFAULT };
    let mut trainer = WordsTrainer::<_, Sgd, CHUNK>::boxed_with(loss, Sgd::new(0.5), 2);
    let words: [[u16; 6]; 5] = core::array::from_fn(|b| core::array::from_fn(|t| ((3 * b + t) % 5) as u16));
    let classes = words.map(|words| words.map(|word| word % 3 % 2));
    let steps: [u16; 5] = [6, 1, 4, 0, 3];
    let (mut nats, mut counted) = (0.0, 0.0);
    for ((words, classes), &steps) in words.iter().zip(&classes).zip(&steps) {
        let logits = trainer.predict_padded(words, steps);
        for (z, &class) in logits.chunks(2).zip(classes).take(steps.into()).filter(|(_, class)| **class != 1)
        {
            nats += f64::from((z[0].exp() + z[1].exp()).ln() - z[usize::from(class)]);
            counted += 1.0;
        }
    }
    let data = Padded { data: (&words, &classes), steps: &steps };
    let report = trainer.step(&data).unwrap();
    (report.loss, nats / counted, trainer.net().head.weight)
}

#[test]
fn chunks_of_a_step_add_up_to_the_mean_over_all_tokens_that_count() {
    let (loss, expected, weight) = one_step::<8>();
    assert!((loss - expected).abs() < 1e-6, "{loss}, by hand {expected}");
    for (in_chunks, by_hand, moved) in [one_step::<1>(), one_step::<2>(), one_step::<3>()] {
        assert_eq!(by_hand, expected);
        assert!((in_chunks - loss).abs() < 1e-6 && (moved - weight).amax() < 1e-6, "{in_chunks}, {loss}");
    }
}

/// Says what was first, after seven other tokens.
#[network(input = [u16; 8])]
struct Remember {
    embed: Embedding<6, 5>,
    lstm: Lstm<12, Last>,
    head: Dense<4>,
}

#[test]
fn an_lstm_learns_to_remember() {
    let mut rng = Rng::new(7);
    let x: Vec<[u16; 8]> = (0..256)
        .map(|i| core::array::from_fn(|t| if t == 0 { i % 4 } else { 4 + rng.below(2) as u16 }))
        .collect();
    let labels: Vec<u16> = x.iter().map(|x| x[0]).collect();
    let mut trainer =
        RememberTrainer::<CrossEntropy, Adam>::boxed_with(CrossEntropy::new(), Adam::new(0.01), 0);
    trainer.fit(&(x.clone(), labels.clone()), (), Fit::new(40, 32), ()).unwrap();
    let mut accuracy = Accuracy::new();
    let loss = trainer.evaluate(&(x, labels), &mut accuracy).unwrap();
    assert!(accuracy.value() == 1.0 && loss < 0.1, "loss {loss}, accuracy {}", accuracy.value());
}
