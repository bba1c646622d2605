//! A weight that an embedding and a product share, through the macro.
#![forbid(unsafe_code)]

use dl::gradcheck;
use dl::prelude::*;
use dl::train::StreamModel;
use dl::{Lens, Tokens, Vals};

const VOCAB: usize = 7;
const DIM: usize = 4;

#[network(input = [u16; 5])]
struct Chain {
    embed: Embedding<7, 4>,
    lstm: Lstm<4>,
    #[tied(embed.weight)]
    pub head: Dense<7, NoBias>,
}

#[network(input = [u16; 5], stream)]
struct Streamed {
    embed: Embedding<7, 4>,
    lstm: Lstm<4>,
    #[tied(embed.weight)]
    head: Dense<7, NoBias>,
}

/// Sizes that only the compiler knows, a padding, an activation behind, and two uses of the head.
#[network(input = [u16; 3])]
#[forward(|x| {
    let h = inner(embed(x));
    head(h) + tanh(head(h + inner(h)))
})]
struct Graph {
    embed: Embedding<VOCAB, DIM, PaddingIdx<0>>,
    inner: Dense<{ DIM }>,
    #[tied(embed.weight)]
    head: Dense<VOCAB, NoBias>,
}

#[network(input = [u16; 3])]
struct Frozen {
    #[frozen]
    embed: Embedding<7, 4>,
    inner: Dense<4>,
    #[tied(embed.weight)]
    head: Dense<7, NoBias>,
}

#[network(input = [u16; 3], folded)]
struct Normed {
    embed: Embedding<7, 4>,
    inner: Dense<4>,
    norm: BatchNorm,
    #[tied(embed.weight)]
    head: Dense<7, NoBias>,
}

#[test]
fn one_parameter_and_one_gradient_have_two_uses() {
    assert_eq!(Chain::PARAMS, 7 * 4 + 16 * (4 + 4 + 2));
    assert_eq!(Chain::MACS, 5 * (16 * (4 + 4) + 4 * 7));
    assert_eq!(size_of::<Chain<f32>>(), 4 * Chain::PARAMS);
    assert_eq!(size_of::<ChainGrad<f32>>(), 4 * Chain::PARAMS);
    let mut names = Vec::new();
    Chain::<f32>::boxed(0).visit(dl::params::Path::ROOT, &mut |path, _| names.push(path.to_string()));
    assert_eq!(
        names,
        ["embed.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0"]
    );
    let text = Chain::summary().to_string();
    assert!(text.contains("Dense<7, NoBias> = embed.weight") && text.contains(" 188 parameters"), "{text}");
}

#[test]
fn gradients_match_finite_differences() {
    let mut chain = Chain::<f64>::boxed(1);
    let mut x = [[1, 0, 6, 1, 5], [2, 2, 3, 1, 6]];
    gradcheck::layer::<_, Tokens<5>, Vals<35>, 2>(&mut *chain, &mut x, Pass::infer()).unwrap();
    gradcheck::layer::<_, Tokens<5>, Vals<35>, 2>(&mut *chain, &mut x, Pass::infer().chunk(0, 1)).unwrap();
    let pass = Pass::infer().padded(Lens::of(&[u16::MAX, 3]));
    gradcheck::layer::<_, Tokens<5>, Vals<35>, 2>(&mut *chain, &mut x, pass).unwrap();
    let mut graph = Graph::<f64>::boxed(2);
    let mut x = [[1, 6, 4]];
    // what the head does with the padding's vector is learned, so the vector is not left out of the check
    let report = gradcheck::layer::<_, Tokens<3>, Vals<21>, 1>(&mut *graph, &mut x, Pass::infer()).unwrap();
    assert_eq!(report.checked, Graph::PARAMS);
}

#[test]
fn a_step_at_a_time_gives_what_the_whole_sequence_gives() {
    let x = [3, 0, 6, 2, 3];
    let whole = *Model::<Streamed>::boxed(5).predict(&x);
    let mut model = StreamModel::<Streamed>::boxed(5);
    let steps: Vec<f32> = x.iter().flat_map(|&token| *model.step(&[token])).collect();
    assert!(steps.iter().zip(whole).all(|(a, b)| (a - b).abs() < 1e-6), "{steps:?} {whole:?}");
}

#[test]
fn a_frozen_embedding_stays_in_both_uses() {
    let mut trainer = FrozenTrainer::<CrossEntropy<3>, Sgd>::boxed(0);
    let (embed, inner) = (trainer.net().embed.weight, trainer.net().inner.weight);
    trainer.step(&([[1_u16, 2, 3]], [[2_u16, 3, 4]])).unwrap();
    assert!(trainer.net().embed.weight == embed && trainer.net().inner.weight != inner);
}

#[test]
fn a_twin_without_norms_shares_too() {
    let mut trainer = NormedTrainer::<CrossEntropy<3>, Sgd>::boxed(0);
    let x: [[u16; 3]; 64] = core::array::from_fn(|b| core::array::from_fn(|t| ((b + 3 * t) % 7) as u16));
    for _ in 0..20 {
        trainer.step(&(x, x)).unwrap();
    }
    let mut folded = Model::<NormedFolded>::boxed(0);
    trainer.net().fold_into(folded.net_mut());
    let (y, of_twin) = (*trainer.predict(&x[0]), *folded.predict(&x[0]));
    assert!(y.iter().zip(of_twin).all(|(a, b)| (a - b).abs() < 1e-4), "{y:?} {of_twin:?}");
}

#[test]
fn a_network_of_one_table_learns_to_repeat_what_it_reads() {
    let mut trainer =
        ChainTrainer::<CrossEntropy<5>, Adam>::boxed_with(CrossEntropy::DEFAULT, Adam::new(0.02), 0);
    let mut rng = Rng::new(3);
    let x: Vec<[u16; 5]> = (0..200).map(|_| core::array::from_fn(|_| rng.below(7) as u16)).collect();
    trainer.fit(&(&x, &x), (), Fit::new(20, 20), ()).unwrap();
    let mut accuracy = Accuracy::<5>::DEFAULT;
    trainer.evaluate(&(&x, &x), &mut accuracy).unwrap();
    assert!(accuracy.value() > 0.95, "{}", accuracy.value());
}
