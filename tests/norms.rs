//! Normalizations through the macro: in chains, nested and repeated; and how a trainer treats batch norm.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::loss::Mse;
use dl::optim::Sgd;
use dl::params::{Kind, Path};
use dl::train::FitError;
use dl::{Network, Params, Pass, Rng, Vals, network};

#[network(input = [3, 4])]
struct OfSteps {
    fc: Dense<5>,
    layer: LayerNorm,
    act: Tanh,
    batch: BatchNorm,
    rms: RmsNorm,
    flat: Flatten,
    head: Dense<2>,
}

#[network(input = [4, 2, 3])]
struct Image {
    batch: BatchNorm,
    act: Tanh,
    group: GroupNorm<2>,
    more: [BatchNorm; 2],
    #[frozen]
    frozen: BatchNorm,
    instance: InstanceNorm,
    flat: Flatten,
    head: Dense<2>,
}

#[network(input = [6])]
struct Nested {
    fc: Dense<24>,
    batch: BatchNorm,
    block: Block,
}

#[network(input = [24])]
struct Block {
    norm: BatchNorm,
    act: Relu,
    fc: Dense<3>,
}

fn check<N, const I: usize, const O: usize>()
where
    N: Network<Scalar = f64, In = Vals<I>, Out = Vals<O>>,
{
    let train = Pass::train(Rng::new(2));
    for pass in [train, train.chunk(0, 3), Pass::infer()] {
        differences::<N, 4>(1, pass);
    }
}

#[test]
fn gradients_through_the_macro_match_finite_differences() {
    check::<OfSteps<f64>, _, _>();
    check::<Image<f64>, _, _>();
    check::<Nested<f64>, _, _>();
}

#[network(input = [1])]
struct Line {
    norm: BatchNorm,
    head: Dense<1>,
}

#[test]
fn a_step_moves_the_running_statistics_once() {
    let mut trainer = LineTrainer::<Mse, Sgd>::boxed(0);
    trainer.step(&([[3.0], [5.0]], [0.0, 1.0])).unwrap();
    let norm = &trainer.net().norm;
    // a tenth of the way to a mean of 4 and an unbiased variance of 2
    assert!(
        (norm.running_mean[0] - 0.4).abs() < 1e-6 && (norm.running_var[0] - 1.1).abs() < 1e-6,
        "{norm:?}"
    );
}

#[test]
fn one_sample_of_features_in_training_is_an_error() {
    let mut trainer = LineTrainer::<Mse, Sgd>::boxed(0);
    let error = trainer.step(&([[3.0]], [0.0])).unwrap_err();
    assert_eq!(error, FitError::FewSamples { samples: 1, needed: 2 });
    let x: Vec<_> = (0..65).map(|i| [i as f32]).collect();
    let error = trainer.step(&(&x[..], &vec![1.0; 65][..])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "batch norm needs 2 samples in every chunk of a step, but the last one has 1: choose another batch, or leave \
         the rest of the data out"
    );
    assert_eq!((trainer.steps(), trainer.net().norm.running_mean[0]), (0, 0.0));
    assert!(trainer.step(&(&x[..64], &vec![1.0; 64][..])).is_ok());
}

#[test]
fn a_chunk_is_the_batch_for_networks_with_batch_norm() {
    #[network(input = [3, 64, 64])]
    struct Large {
        norm: BatchNorm,
        act: Tanh,
        group: GroupNorm<1>,
    }

    #[network(input = [3, 64, 64])]
    struct WithoutBatchNorm {
        act: Tanh,
        group: GroupNorm<1>,
    }

    assert_eq!((Large::CHUNK, Nested::CHUNK), (64, 64));
    const { assert!(WithoutBatchNorm::CHUNK < 64) };
}

#[test]
fn weight_decay_leaves_norms_alone() {
    let mut kinds = Vec::new();
    Line::<f32>::boxed(0).visit(Path::ROOT, &mut |_, param| kinds.push(param.kind));
    assert_eq!(kinds[..4], [Kind::Norm, Kind::Norm, Kind::Buffer, Kind::Buffer]);
}
