//! A whole network, quantized by its calibration, gives what LiteRT's reference kernels give for the same floats, bit for bit.
//!
//! `generate_int8_network.py` in this folder wrote the vectors.

use dl::Blank;
use dl::prelude::*;
use dl::quant::{Calibration, Int8Layer, Int8Network, Method};
use serde::Deserialize;

use crate::int8::Integers;
use crate::tensors::set_parameters;
use crate::vectors::{Tensors, load};

#[network(input = [6, 5, 4], int8)]
#[forward(|x| relu(x + conv2(relu(conv1(x)))))]
struct Block {
    conv1: Conv2d<6, 3, Pad<1>>,
    conv2: Conv2d<6, 3, Pad<1>>,
}

#[network(input = [2, 9, 7], int8)]
struct Body {
    stem: Conv2d<6, 3, Pad<Same>, Stride<2>>,
    act: Relu,
    depth: Depthwise2d<3, Pad<1>>,
    leak: LeakyRelu<0.5>,
    block: Block,
    max: MaxPool2d<2, Stride<1>>,
    mean: AvgPool2d<2>,
    flat: Flatten,
    fc: Dense<12>,
    act2: Relu,
    head: Dense<10>,
}

#[network(input = [2, 9, 7], int8)]
struct Whole {
    body: Body,
    soft: Softmax,
}

#[derive(Deserialize)]
struct File {
    parameters: Tensors,
    calibration: Vec<Vec<f32>>,
    /// Of the body.
    ends: [Integers; 2],
    runs: Vec<Run>,
}

/// An input, what the body makes of it, and the probabilities.
#[derive(Deserialize)]
struct Run {
    x: Vec<i8>,
    head: Vec<i8>,
    soft: Vec<i8>,
}

#[test]
fn a_network_of_integers_equals_the_reference() {
    let file: File = load("int8_network");
    let mut net = Whole::<f32>::boxed(0);
    set_parameters(&mut *net, &file.parameters);
    let mut calibration = Calibration::boxed(&*net);
    for x in &file.calibration {
        calibration.observe(x.as_slice().try_into().expect("as many numbers as the network reads"));
    }
    let mut int8 = dl::place::zeroed_box::<WholeInt8>();
    calibration.quantize(&mut int8, Method::MinMax).expect("inputs were seen");
    assert_eq!(int8.body.ends(), file.ends.map(Integers::affine));
    let mut work = Blank::ZERO;
    let mut body_work = Blank::ZERO;
    for (i, run) in file.runs.iter().enumerate() {
        let (mut head, mut soft) = ([0; 10], [0; 10]);
        int8.body.forward(&run.x, &mut head, &mut body_work);
        assert_eq!(head, *run.head, "the body's output for input {i}");
        int8.forward(&run.x, &mut soft, &mut work);
        assert_eq!(soft, *run.soft, "the output for input {i}");
    }
}
