//! Layers that change shapes, through the macro: between layers that keep their input and layers that do not.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::signal::Lens;
use dl::{Network, Pass, Rng, SMatrix, network};

/// From features to an image and back, and from there to a sequence.
#[network(input = [5])]
struct Reshaped {
    fc: Dense<24>,
    image: Reshape<6, 2, 2>,
    act: Tanh,
    up: ConvTranspose2d<3, 2, Stride<2>>,
    steps: Reshape<8, 6>,
    norm: LayerNorm,
    conv: Conv1d<3, 2>,
    flat: Reshape<21>,
    head: Dense<2>,
}

/// The first layer, and one whose numbers have other readers.
#[network(input = [2, 6])]
#[forward(|x| {
    let seen = image(x);
    concat(flatten(tanh(conv(seen))), features(seen) * features(image(x)))
})]
struct Branches {
    image: Reshape<3, 2, 2>,
    conv: Conv2d<1, 2>,
    features: Reshape<12>,
}

const EDGE: usize = 3;

/// Sizes that only the compiler knows.
#[network(input = [EDGE * EDGE, 2])]
struct ReshapedByConstants {
    image: Reshape<2, EDGE, EDGE>,
    conv: Conv2d<EDGE, 2>,
    steps: Reshape<{ 2 * EDGE }, 2>,
    fc: Dense<2>,
}

/// Between a layer that keeps its input and one that does not, and behind a pool that it undoes.
#[network(input = [2, 4, 6])]
struct Upsampled {
    norm: GroupNorm<1>,
    up: Upsample<1, 3>,
    act: Tanh,
    pool: MaxPool2d<2>,
    smooth: Upsample<2, Bilinear>,
    conv: Conv2d<3, 3, Stride<2>>,
    again: Upsample<2, Nearest>,
    drop: Dropout<0.2>,
    all: GlobalAvgPool,
}

/// An input that is made smaller, larger again and joined with itself.
#[network(input = [EDGE, EDGE + 1, 2])]
#[forward(|x| {
    let small = up(down(x));
    concat(tanh(conv(concat(x, small))), smooth(pool(conv(concat(small, x)))))
})]
struct UpsampledByConstants {
    down: AvgPool2d<Kernel<{ EDGE - 1 }, 1>>,
    up: Upsample<{ EDGE - 1 }, 1>,
    conv: Conv2d<2, Kernel<2, 1>>,
    pool: MaxPool2d<Kernel<3, 1>>,
    smooth: Upsample<EDGE, 1, Bilinear>,
}

/// Between a layer that keeps its input and one that does not.
#[network(input = [2, 2, 3])]
struct Padded {
    norm: GroupNorm<1>,
    zeros: Pad<1, 0>,
    act: Tanh,
    mirror: Pad<2, Reflect>,
    conv: Conv2d<3, 3>,
    edge: Pad<0, 2, 1, 0, Replicate>,
    drop: Dropout<0.2>,
    pool: AvgPool2d<2>,
}

#[network(input = [EDGE, EDGE + 1, 2])]
#[forward(|x| concat(tanh(conv(border(x))), slice(mirror(x), 0..2)))]
struct PaddedByConstants {
    border: Pad<{ EDGE - 2 }>,
    mirror: Pad<{ EDGE - 1 }, 0, 0, { EDGE - 2 }, Reflect>,
    conv: Conv2d<2, Kernel<1, 2>>,
}

/// Between a layer that keeps its input and one that does not; sequences and images.
#[network(input = [5, 3])]
struct Permuted {
    norm: LayerNorm,
    features: Transpose,
    over_steps: Dense<4>,
    act: Gelu,
    steps: Permute<1, 0>,
    image: Reshape<2, 2, 3>,
    last: Permute<1, 2, 0>,
    conv: Conv2d<2, 2>,
    drop: Dropout<0.2>,
    pixels: Permute<2, 1, 0>,
}

#[network(input = [EDGE, 2, EDGE + 1])]
#[forward(|x| {
    let y = tanh(conv(turn(x)));
    concat(flatten(y), flatten(back(slice(other(y), 1..2))))
})]
struct PermutedByConstants {
    turn: Permute<2, 0, 1>,
    conv: Conv2d<EDGE, Kernel<3, 1>>,
    other: Permute<2, 0, 1>,
    back: Permute<1, 2, 0>,
}

#[test]
fn gradients_through_the_macro_match_finite_differences() {
    let train = Pass::train(Rng::new(2));
    for pass in [train, train.chunk(0, 2), Pass::infer()] {
        differences::<Reshaped<f64>, 3>(1, pass);
        differences::<Branches<f64>, 3>(1, pass);
        differences::<ReshapedByConstants<f64>, 3>(1, pass);
        differences::<Padded<f64>, 3>(1, pass);
        differences::<PaddedByConstants<f64>, 3>(1, pass);
        differences::<Permuted<f64>, 3>(1, pass);
        differences::<PermutedByConstants<f64>, 3>(1, pass);
        differences::<Upsampled<f64>, 3>(1, pass);
        differences::<UpsampledByConstants<f64>, 3>(1, pass);
    }
}

/// Steps of another shape are other steps.
#[network(input = [4, 3])]
struct Lengths {
    other: Reshape<3, 4>,
    pool: GlobalAvgPool,
}

#[test]
fn valid_lengths_end_at_a_reshape() {
    let net = Lengths::<f64>::boxed(0);
    let x = SMatrix::<f64, 12, 1>::from_fn(|i, _| i as f64);
    let (mut all, mut some, mut work) = (SMatrix::zeros(), SMatrix::zeros(), dl::Blank::ZERO);
    dl::Layer::forward(&*net, &x, &mut all, None, &mut work, Pass::infer());
    dl::Layer::forward(&*net, &x, &mut some, None, &mut work, Pass::infer().padded(Lens::of(&[1])));
    assert_eq!((all, some), (SMatrix::from([[4.0, 5.0, 6.0, 7.0]]), all));
}

#[network(input = [3, 5, 4])]
struct ByOption {
    conv: Conv2d<2, 3, Pad<1, 0, 2, 1>>,
}

#[network(input = [3, 5, 4])]
struct ByLayer {
    pad: Pad<1, 0, 2, 1>,
    conv: Conv2d<2, 3>,
}

#[test]
fn the_layer_pads_as_the_option_does() {
    let mut rng = Rng::new(5);
    let x = SMatrix::<f64, 60, 3>::from_fn(|_, _| rng.normal());
    let (option, mut layer) = (ByOption::<f64>::boxed(0), ByLayer::<f64>::boxed(1));
    (layer.conv.weight, layer.conv.bias) = (option.conv.weight, option.conv.bias);
    let (mut a, mut b) = (SMatrix::zeros(), SMatrix::zeros());
    let (mut option_work, mut layer_work) = (dl::Blank::ZERO, dl::Blank::ZERO);
    dl::Layer::forward(&*option, &x, &mut a, None, &mut option_work, Pass::infer());
    dl::Layer::forward(&*layer, &x, &mut b, None, &mut layer_work, Pass::infer());
    assert!((a - b).amax() < 1e-14, "{a} {b}");
}
