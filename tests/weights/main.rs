//! `weights!`: networks whose weights are part of the program, against the same files loaded when the program runs.
#![forbid(unsafe_code)]

use dl::Vals;
use dl::host::io::safetensors;
use dl::nalgebra::SMatrix;
use dl::prelude::*;

use nets::{Net, Steps};

mod nets;

static NET: Net = weights!("ours.safetensors");
static OF_PYTORCH: Net = weights!("pytorch.safetensors");
static STEPS: Steps = weights!("steps.safetensors");
static PRECISE: Steps<f64> = weights!("steps_f64.safetensors");

fn path(name: &str) -> String {
    format!("{}/tests/weights/{name}.safetensors", env!("CARGO_MANIFEST_DIR"))
}

fn loaded<N: Network>(name: &str) -> Box<N> {
    let mut net = N::boxed(0);
    safetensors::load(&mut *net, path(name)).unwrap();
    net
}

/// All numbers in the order of the fields.
fn numbers<N: Network>(net: &N) -> Vec<f64> {
    let mut all = Vec::new();
    net.visit(dl::params::Path::ROOT, &mut |_, param| {
        all.extend(param.values.iter().map(|&value| dl::Real::to_f64(value)));
    });
    all
}

fn output<N, const X: usize, const Y: usize>(net: &N) -> SMatrix<f32, Y, 1>
where
    N: Network<Scalar = f32, In = Vals<X>, Out = Vals<Y>>,
{
    let x = SMatrix::from_fn(|i, _| (i as f32 * 0.7).sin());
    let (mut y, mut work) = (SMatrix::zeros(), dl::place::zeroed_box::<dl::layer::WorkOf<N, 1>>());
    net.forward(&x, &mut y, None, &mut work, Pass::infer());
    y
}

#[test]
fn weights_are_those_of_the_file() {
    assert_eq!(numbers(&NET), numbers(&*loaded::<Net>("ours")));
    assert_eq!(numbers(&OF_PYTORCH), numbers(&*loaded::<Net>("pytorch")));
    assert_eq!(numbers(&STEPS), numbers(&*loaded::<Steps>("steps")));
    assert_eq!(numbers(&PRECISE), numbers(&*loaded::<Steps<f64>>("steps_f64")));
    assert!(numbers(&NET).iter().all(|&number| number != 0.0), "a number was not set");
}

#[test]
fn predictions_are_those_of_the_network_that_is_loaded_when_the_program_runs() {
    assert_eq!(output::<_, 72, 4>(&NET), output::<_, 72, 4>(&*loaded::<Net>("ours")));
    assert_eq!(output::<_, 72, 4>(&OF_PYTORCH), output::<_, 72, 4>(&*loaded::<Net>("pytorch")));
    assert_eq!(output::<_, 21, 2>(&STEPS), output::<_, 21, 2>(&*loaded::<Steps>("steps")));
}

#[test]
fn it_is_an_expression_that_is_computed_while_compiling() {
    let steps: &'static Steps = const { &weights!("steps.safetensors") };
    assert_eq!(steps.head.bias, STEPS.head.bias);
}
