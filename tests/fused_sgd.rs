//! Steps that are taken while the gradient is computed: the weights are those of a trainer with `Sgd` on one sample at a time.
#![forbid(unsafe_code)]

use dl::layer::GradOf;
use dl::params::Path;
use dl::prelude::*;
use dl::{Descend, Rng, Vals};

#[network(input = [6], fused_sgd)]
struct Tiny {
    fc1: Dense<9>,
    act1: Tanh,
    drop: Dropout<0.25>,
    fc2: Dense<7, NoBias>,
    act2: Relu,
    head: Dense<3>,
}

#[network(input = [6], fused_sgd)]
struct Wide {
    fc1: Dense<150>,
    act1: Relu,
    fc2: Dense<40>,
    act2: Gelu,
    head: Dense<3>,
}

#[network(input = [2, 9, 7], fused_sgd)]
struct Images {
    conv1: Conv2d<5, 3, Pad<1>, Stride<2>>,
    act1: Relu,
    depth: Depthwise2d<3>,
    act2: Tanh,
    up: ConvTranspose2d<4, 2, Stride<2>>,
    pool: MaxPool2d<2>,
    flat: Flatten,
    head: Dense<3>,
}

#[network(input = [8, 3], fused_sgd)]
struct Steps {
    conv: Conv1d<6, 3, Pad<Causal>>,
    act: Relu,
    pool: GlobalAvgPool,
    head: Dense<3>,
}

#[network(input = [4], fused_sgd)]
#[forward(|x| x + down(relu(up(x))))]
struct Block {
    up: Dense<8>,
    down: Dense<4>,
}

#[network(input = [6], fused_sgd)]
#[forward(|x| {
    let h = blocks(stem(x));
    let (a, b) = (left(h), right(norm(h)));
    head(layers(concat(a * b, slice(h, 1..3))))
})]
struct Graph {
    stem: Dense<4>,
    blocks: [Block; 3],
    left: Dense<4>,
    right: Dense<4>,
    #[frozen]
    norm: LayerNorm,
    layers: [Dense<6>; 2],
    head: Dense<3>,
}

/// Classifies `N` numbers made of noise.
fn agrees<N, const X: usize>(steps: usize)
where
    N: Network<Scalar = f32, In = Vals<X>, Out = Vals<3>> + Descend<f32, Vals<X>, Vals<3>>,
{
    let mut rng = Rng::new(7);
    let x: Vec<[f32; X]> = (0..steps).map(|_| core::array::from_fn(|_| rng.normal() as f32)).collect();
    let y: Vec<u16> = (0..steps as u16).map(|i| i * 5 % 3).collect();
    let mut fused = FusedSgd::<N, _>::boxed(CrossEntropy::new(), 0.05, 3);
    let mut trainer = Trainer::<N, _, _, 1>::boxed_with(CrossEntropy::new(), Sgd::new(0.05), 3);
    for i in 0..steps {
        let loss = fused.step(&(&x[..], &y[..]), i).unwrap();
        let report = trainer.step(&(&x[i..=i], &y[i..=i])).unwrap();
        assert!((loss - report.loss).abs() < 1e-5, "{}, step {i}: {loss} and {}", N::NAME, report.loss);
    }
    let (found, expected) = (numbers(fused.net()), numbers(trainer.net()));
    let start = numbers(&*N::boxed(3));
    let moved = start.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(moved > 0.01, "{} has not learnt", N::NAME);
    for (i, (a, b)) in found.iter().zip(&expected).enumerate() {
        assert!((a - b).abs() < 1e-5, "{}, parameter {i}: {a} and {b}", N::NAME);
    }
}

fn numbers<N: Params<f32>>(net: &N) -> Vec<f32> {
    let mut all = Vec::new();
    net.visit(Path::ROOT, &mut |_, param| all.extend_from_slice(param.values));
    all
}

#[test]
fn weights_are_those_of_sgd_on_one_sample() {
    agrees::<Tiny, 6>(40);
    agrees::<Wide, 6>(20);
    agrees::<Images, { 2 * 9 * 7 }>(20);
    agrees::<Steps, 24>(20);
    agrees::<Graph, 6>(20);
}

#[test]
fn no_gradient_is_kept() {
    let with = Trainer::<Wide, CrossEntropy, Sgd, 1>::BYTES;
    let without = FusedSgd::<Wide, CrossEntropy>::BYTES;
    assert!(with - without >= size_of::<GradOf<Wide>>(), "{with} and {without}");
}

#[test]
fn an_epoch_sees_every_sample_once_and_learns() {
    let mut rng = Rng::new(1);
    let x: Vec<[f32; 6]> = (0..60).map(|_| core::array::from_fn(|_| rng.normal() as f32)).collect();
    let y: Vec<u16> = x.iter().map(|x| u16::from(x[0] > 0.0) + u16::from(x[0] + x[1] > 0.5)).collect();
    let mut sgd = FusedSgd::<Wide, _>::boxed(CrossEntropy::new(), 0.05, 0);
    let losses: Vec<f64> = (0..30).map(|_| sgd.epoch(&(&x[..], &y[..])).unwrap()).collect();
    assert_eq!(sgd.steps(), 30 * 60);
    assert!(losses[29] < 0.25 * losses[0], "{losses:?}");
}

#[test]
fn a_step_without_a_finite_loss_leaves_the_weights() {
    let mut sgd = FusedSgd::<Wide, _>::boxed(CrossEntropy::new(), 0.05, 0);
    let before = numbers(sgd.net());
    let mut x = [[0.5; 6]];
    x[0][3] = f32::NAN;
    let error = sgd.step(&(x, [1_u16]), 0).unwrap_err().to_string();
    assert!(error.contains("fc1"), "{error}");
    assert_eq!((numbers(sgd.net()), sgd.steps()), (before, 0));
    let error = sgd.step(&([[0.5; 6]], [1_u16]), 4).unwrap_err().to_string();
    assert!(error.contains('4'), "{error}");
}

#[test]
fn one_seed_gives_the_same_bits() {
    let run = || {
        let mut sgd = FusedSgd::<Tiny, _>::boxed(Mse, 0.05, 5);
        (0..20).for_each(|_| _ = sgd.step(&([[0.5; 6]], [[0.1, 0.2, 0.3]]), 0).unwrap());
        numbers(sgd.net())
    };
    assert_eq!(run(), run());
}
