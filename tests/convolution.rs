//! Convolutions through the macro: sizes, gradients, lengths, what a network says of itself, and training.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::options::{Image, Kernel, Pad, Slide, Sliding};
use dl::prelude::*;
use dl::{Blank, Lens, SMatrix, gradcheck};

/// Checks every derivative of a network with random weights on two random samples.
fn check<N>()
where
    N: Network<Scalar = f64>,
    N::In: gradcheck::Numbers,
    N::Out: gradcheck::Numbers,
{
    let report = differences::<N, 2>(1, Pass::train(Rng::new(1)));
    assert!(report.worst < 1e-6, "{}: {report}", N::NAME);
}

/// LeCun's network without its pools: strides take their place.
#[network(input = [1, 28, 28])]
struct LeNet {
    /// First feature maps.
    conv1: Conv2d<6, 5, Stride<2>>,
    act1: Relu,
    conv2: Conv2d<16, 5, Stride<2>>,
    act2: Relu,
    flat: Flatten,
    fc1: Dense<120>,
    act3: Relu,
    fc2: Dense<84>,
    act4: Relu,
    head: Dense<10>,
}

/// The same, small.
#[network(input = [1, 9, 8])]
struct SmallLeNet {
    conv1: Conv2d<3, 3, Pad<1>>,
    act1: Relu,
    conv2: Conv2d<4, Kernel<3, 2>, Stride<2>>,
    act2: Tanh,
    flat: Flatten,
    fc1: Dense<6>,
    act3: Relu,
    head: Dense<3>,
}

const SIDE: usize = 7;
const K: usize = 3;

/// Sizes that only the compiler knows.
#[network(input = [4, SIDE, SIDE + 1])]
struct Consts {
    a: Conv2d<{ 2 * K }, K, Pad<{ K / 2 }>, Stride<2>>,
    act: Relu,
    b: Depthwise2d<Kernel<K, 2>, Pad<Same>, Stride<{ K - 1 }>>,
    c: ConvTranspose2d<4, K, Stride<2>, OutputPad<{ K - 2 }>, Groups<{ K - 1 }>>,
    flat: Flatten,
    out: Dense<2>,
}

#[network(input = [4, 3, 3])]
struct Block {
    conv: Conv2d<4, 3, Pad<Same>>,
    act: Tanh,
}

/// Repeats, a nested network, and a convolution behind it, whose input only the compiler knows.
#[network(input = [2, 5, 5])]
struct Nested {
    stem: Conv2d<4, 3>,
    blocks: [self::Block; 2],
    more: [Conv2d<4, 3, Pad<1>, NoBias>; 2],
    last: Depthwise2d<2>,
}

/// So few multiply-adds that its passes are inlined.
#[network(input = [1, 3, 3])]
struct Tiny {
    conv: Conv2d<2, 2>,
    act: Relu,
    flat: Flatten,
    head: Dense<1>,
}

#[network(input = [11, 2])]
struct Sequence {
    a: Conv1d<3, 3, Stride<2>>,
    act: Relu,
    b: Conv1d<4, 2, Pad<1, 0>, Dilation<2>>,
    c: Dense<2>,
}

#[test]
fn gradients_through_the_macro_match_finite_differences() {
    check::<SmallLeNet<f64>>();
    check::<Consts<f64>>();
    check::<Nested<f64>>();
    check::<Tiny<f64>>();
    check::<Sequence<f64>>();
}

#[test]
fn sizes_are_those_of_the_rule() {
    let outputs =
        |rows: &[dl::summary::Row]| rows.iter().map(|row| row.output.to_string()).collect::<Vec<_>>();
    assert_eq!(
        outputs(<LeNet as Network>::ROWS)[..5],
        ["[6, 12, 12]", "[6, 12, 12]", "[16, 4, 4]", "[16, 4, 4]", "[256]"]
    );
    assert_eq!(outputs(<Consts as Network>::ROWS)[..4], ["[6, 4, 4]", "[6, 4, 4]", "[6, 2, 2]", "[4, 6, 6]"]);
    assert_eq!(outputs(<Sequence as Network>::ROWS)[..3], ["[5, 3]", "[5, 3]", "[4, 4]"]);
    type Conv1 = Slide<Image<1, 28, 28>, Kernel<5>, dl::options::Stride<2>, dl::options::Dilation<1>, Pad<0>>;
    assert_eq!(Conv1::OUT, [12, 12]);
}

#[test]
fn a_network_says_how_large_its_convolutions_are() {
    let text = LeNet::summary().to_string();
    let row = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).expect("a row for each layer");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("conv1"), "conv1 Conv2d<6, 5, Stride<2>> [6, 12, 12] 156 21,600");
    assert_eq!(row("conv2"), "conv2 Conv2d<16, 5, Stride<2>> [16, 4, 4] 2,416 38,400");
    assert_eq!(LeNet::PARAMS, 156 + 2416 + 257 * 120 + 121 * 84 + 850);
    assert_eq!(LeNet::MACS, 21_600 + 38_400 + 256 * 120 + 120 * 84 + 840);
}

#[test]
fn a_network_of_convolutions_learns() {
    // the first class has a bright row, the second a bright column
    let mut images = vec![[0.0_f32; 784]; 40];
    let labels: Vec<u16> = (0..40).map(|i| i % 2).collect();
    for (i, image) in images.iter_mut().enumerate() {
        let line = 3 + i / 2;
        for k in 0..28 {
            image[if i % 2 == 0 { line * 28 + k } else { k * 28 + line }] = 1.0;
        }
    }
    let mut trainer =
        LeNetTrainer::<CrossEntropy, Adam>::boxed_with(CrossEntropy::default(), Adam::new(0.004), 0);
    let first = trainer.step(&(&images[..], &labels[..])).unwrap().loss;
    for _ in 0..40 {
        trainer.step(&(&images[..], &labels[..])).unwrap();
    }
    let last = trainer.step(&(&images[..], &labels[..])).unwrap().loss;
    assert!(last < 0.2 * first, "from {first} to {last}");
}

#[test]
fn a_rectifier_in_the_epilogue_gives_what_it_gives_alone() {
    #[network(input = [2, 5, 5])]
    struct Alone {
        conv: Conv2d<3, 3>,
    }
    #[network(input = [2, 5, 5])]
    struct Together {
        conv: Conv2d<3, 3>,
        act: Relu,
    }
    let (alone, together) = (Alone::<f32>::boxed(3), Together::<f32>::boxed(3));
    let x = SMatrix::<f32, 50, 3>::from_fn(|i, b| ((7 * i + 3 * b) % 11) as f32 - 5.0);
    let (mut y, mut rectified) = (SMatrix::zeros(), SMatrix::zeros());
    alone.forward(&x, &mut y, None, &mut (), Pass::infer());
    let mut work = Blank::ZERO;
    together.forward(&x, &mut rectified, None, &mut work, Pass::infer());
    assert!(y.iter().any(|y| *y < 0.0));
    assert_eq!(y.map(|y| y.max(0.0)), rectified);
}

#[test]
fn lengths_go_through_convolutions_of_steps() {
    let net = Sequence::<f64>::boxed(2);
    let x = SMatrix::<f64, 22, 1>::from_fn(|i, _| if i < 14 { i as f64 / 7.0 } else { f64::NAN });
    let mut y = SMatrix::<f64, 8, 1>::zeros();
    let mut work = Blank::ZERO;
    net.forward(&x, &mut y, None, &mut work, Pass::infer().padded(Lens::of(&[7])));
    // 7 steps become 3, and 3 become 2
    let lens = <Sequence<f64> as Layer<f64, dl::Vals<22>, dl::Vals<8>>>::LENS;
    assert_eq!(Lens::of(&[7]).map(lens).steps(0, 4), 2);
    assert!(y.iter().all(|y| y.is_finite()));
    // the steps that count do not see those that do not
    let zeroed = x.map(|x| if x.is_nan() { 1e9 } else { x });
    let mut again = SMatrix::<f64, 8, 1>::zeros();
    net.forward(&zeroed, &mut again, None, &mut work, Pass::infer().padded(Lens::of(&[7])));
    assert_eq!(y, again);
}
