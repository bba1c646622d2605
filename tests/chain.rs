//! Chains, nested networks, repeats, constants and const parameters, through the macro.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::{Network, Pass, Rng, gradcheck, network};

/// Checks every derivative of a network, with three draws of weights and of two samples.
fn check<N>()
where
    N: Network<Scalar = f64>,
    N::In: gradcheck::Numbers,
    N::Out: gradcheck::Numbers,
{
    for seed in 0..3 {
        let report = differences::<N, 2>(seed, Pass::train(Rng::new(seed)));
        assert!(report.worst < 1e-7, "{}: {report}", N::NAME);
    }
}

#[network(input = [4])]
struct Xor {
    l1: Dense<8>,
    a1: Tanh,
    l2: Dense<1>,
    a2: Tanh,
}

const SIDE: usize = 3;

/// Nothing but constants and expressions of constants.
#[network(input = [SIDE, SIDE + 1])]
struct Consts {
    a: Dense<{ SIDE * 2 }>,
    act: Tanh,
    flat: Flatten,
    b: Dense<5, NoBias>,
}

#[network(input = [6])]
struct Outer {
    up: Dense<4>,
    act: Tanh,
    inner: self::Xor,
    down: Dense<3>,
    blocks: [Block; 3],
    more: [Dense<3>; 2],
}

#[network(input = [3])]
struct Block {
    fc: Dense<3>,
    act: Tanh,
}

#[network(input = [D])]
struct Generic<const D: usize, const H: usize> {
    up: Dense<H>,
    act: Tanh,
    second: Tanh,
    down: Dense<D>,
}

#[network(input = [4])]
struct OfGenerics {
    first: Generic<4, 7>,
    last: Generic<4, 2>,
}

/// Lengths end at `Flatten`, and what follows keeps a tape.
#[network(input = [2, 3])]
struct FlatThenRepeated {
    flat: Flatten,
    fc: Dense<4>,
    more: [Dense<4>; 2],
}

#[test]
fn gradients_through_the_macro_match_finite_differences() {
    check::<Xor<f64>>();
    check::<Consts<f64>>();
    check::<Outer<f64>>();
    check::<Generic<3, 5, f64>>();
    check::<OfGenerics<f64>>();
    check::<FlatThenRepeated<f64>>();
}

/// Parameters named as the expansion would name its own.
#[network(input = [N])]
struct Letters<const N: usize, const E: usize, const O: usize> {
    up: Dense<E>,
    act: Tanh,
    out: Dense<O>,
}

/// The same of a layer: a size called `N`, a `where` clause, defaults.
#[derive(dl::Params)]
#[repr(C)]
struct Weights<T = f32, const N: usize = 3>
where
    T: Copy,
{
    weight: dl::SMatrix<T, N, 2>,
}

#[test]
fn parameters_may_have_any_name() {
    check::<Letters<3, 4, 2, f64>>();
    assert_eq!(<Weights as dl::Params<f32>>::PARAMS, 6);
}
