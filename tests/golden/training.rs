//! Ten losses of a short training run, and the weights after it.

use dl::loss::Mse;
use dl::network;
use dl::optim::{Adam, Sgd};
use dl::train::Trainer;
use dl::{Optimizer, Real};

use crate::close::assert_within;
use crate::tensors::{parameters, set_parameters};
use crate::vectors::{Training, load};

#[network(input = [3])]
struct Net {
    fc1: Dense<8>,
    act: Tanh,
    fc2: Dense<2>,
}

/// Ten steps over all samples, in chunks of `B`.
fn check<T: Real, O: Optimizer, const B: usize>(name: &str, scalar: &str, optimizer: O, relative: f64) {
    let file: Training = load("training");
    let run = file.runs.iter().find(|run| run.name == name && run.scalar == scalar).expect("such a run");
    let x: Vec<[T; 3]> = samples(&file.x);
    let target: Vec<[T; 2]> = samples(&file.target);
    let mut trainer = Trainer::<Net<T>, Mse, O, B>::boxed_with(Mse, optimizer, 0);
    set_parameters(trainer.net_mut(), &file.parameters);

    let losses: Vec<f64> = run
        .losses
        .iter()
        .map(|_| trainer.step(&(&x, &target)).unwrap_or_else(|e| panic!("{name}: {e}")).loss)
        .collect();
    assert_within(&format!("{name} in {scalar}: losses"), &losses, &run.losses, relative, 0.0);
    let after = parameters(trainer.net());
    for (parameter, expected) in &run.after {
        let what = format!("{name} in {scalar}: {parameter}");
        assert_within(&what, &after[parameter].values, &expected.values, relative, relative);
    }
}

fn samples<T: Real, const N: usize>(all: &[Vec<f64>]) -> Vec<[T; N]> {
    all.iter().map(|sample| std::array::from_fn(|i| T::of(sample[i]))).collect()
}

#[test]
fn ten_steps_of_sgd_are_pytorchs() {
    check::<f64, _, 12>("sgd", "f64", Sgd::new(0.05), 1e-12);
    check::<f64, _, 12>("sgd_momentum", "f64", Sgd::new(0.05).momentum(0.9), 1e-12);
}

#[test]
fn ten_steps_of_adam_are_pytorchs() {
    check::<f64, _, 12>("adam", "f64", Adam::new(0.02), 1e-12);
}

#[test]
fn the_size_of_the_chunk_changes_nothing() {
    check::<f64, _, 1>("adam", "f64", Adam::new(0.02), 1e-12);
    check::<f64, _, 4>("adam", "f64", Adam::new(0.02), 1e-12);
    check::<f64, _, 5>("adam", "f64", Adam::new(0.02), 1e-12); // the last of three holds two
    check::<f64, _, 16>("adam", "f64", Adam::new(0.02), 1e-12);
}

/// Each of ten steps adds a few roundings of 6e-8 to the one before.
#[test]
fn single_precision_stays_close_to_pytorchs() {
    check::<f32, _, 12>("sgd", "f32", Sgd::new(0.05), 2e-6);
    check::<f32, _, 5>("sgd_momentum", "f32", Sgd::new(0.05).momentum(0.9), 2e-6);
    check::<f32, _, 5>("adam", "f32", Adam::new(0.02), 1e-5);
}
