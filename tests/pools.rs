//! Pools through the macro, between layers that keep their input and layers that do not.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::signal::Lens;
use dl::{Pass, Rng, network};

/// Nothing reads what the first pool pools: neither it nor the convolution before it.
#[network(input = [2, 9, 7])]
struct Unread {
    conv: Conv2d<3, 2>,
    pool: MaxPool2d<2>,
    act: Tanh,
    drop: Dropout<0.2>,
    mean: AvgPool2d<Kernel<2, 1>, Stride<1>>,
    norm: BatchNorm,
    act2: Tanh,
    all: GlobalAvgPool,
    head: Dense<2>,
}

/// The pools take over the activations before them; the last one's gradient is lent.
#[network(input = [2, 7, 9])]
struct TakenOver {
    conv: Conv2d<3, 2>,
    act: Tanh,
    pool: MaxPool2d<2>,
    again: Conv2d<2, 2>,
    act2: Sigmoid,
    last: MaxPool2d<2, Stride<1>>,
}

/// One activation is read by another as well; of the other one's pool, nobody but the pool reads what comes out.
#[network(input = [1, 5, 5])]
#[forward(|x| {
    let a = tanh(conv(x));
    head(concat(mean(pool(a)), rest(again(sigmoid(other(a))))))
})]
struct Shared {
    conv: Conv2d<2, 2>,
    pool: MaxPool2d<2>,
    other: Conv2d<2, 1>,
    again: MaxPool2d<2, Stride<1>>,
    mean: GlobalAvgPool,
    rest: GlobalAvgPool,
    head: Dense<2>,
}

#[network(input = [8, 3])]
struct Steps {
    conv: Conv1d<4, 3>,
    pool: MaxPool1d<2>,
    again: [MaxPool1d<3, Stride<1>, Pad<1>>; 2],
    mean: AvgPool1d<2, Stride<1>>,
    norm: BatchNorm,
    all: GlobalMaxPool,
    head: Dense<2>,
}

const SIDE: usize = 6;

/// Sizes that only the compiler knows.
#[network(input = [2, SIDE, SIDE + 1])]
struct Consts {
    pool: MaxPool2d<{ SIDE / 3 }>,
    norm: GroupNorm<{ SIDE / 3 }>,
    mean: AvgPool2d<2, Stride<1>>,
    instance: InstanceNorm,
    drop: Dropout2d<0.2>,
    all: GlobalMaxPool,
    head: Dense<3>,
}

#[test]
fn gradients_through_the_macro_match_finite_differences() {
    let train = Pass::train(Rng::new(2));
    for pass in [train, train.chunk(0, 2), Pass::infer()] {
        differences::<Unread<f64>, 3>(1, pass);
        differences::<TakenOver<f64>, 3>(1, pass);
        differences::<Shared<f64>, 3>(1, pass);
        differences::<Steps<f64>, 3>(1, pass);
        differences::<Consts<f64>, 3>(1, pass);
    }
    differences::<Steps<f64>, 3>(1, train.padded(Lens::of(&[8, 7, 8])));
}

#[test]
fn shapes_follow_from_the_windows() {
    let summary = Unread::summary().to_string();
    for shape in ["[3, 8, 6]", "[3, 4, 3]", "[3, 3, 3]", "[3]"] {
        assert!(summary.contains(shape), "{shape} in\n{summary}");
    }
}
