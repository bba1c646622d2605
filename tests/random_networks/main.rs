//! Networks of random layers and sizes: every derivative against central differences, `f32` against `f64`, and what a
//! pass must not depend on.
#![forbid(unsafe_code)]

mod generate;
mod graphs;
mod nets;

use dl::gradcheck::{self, Mismatch};
use dl::layer::{GradOf, TapeOf, WorkOf};
use dl::params::{Kind, ParamMut, Path};
use dl::{Blank, Network, Pass, Pointwise, Real, Rng, SMatrix, Vals, place};

const SEED: u64 = 20;

/// Something to do with every network, in both scalars.
pub(crate) trait Visit {
    fn net<const I: usize, const O: usize, N32, N64>(&mut self)
    where
        N32: Network<Scalar = f32, In = Vals<I>, Out = Vals<O>>,
        N64: Network<Scalar = f64, In = Vals<I>, Out = Vals<O>>;
}

/// `x + x³ / 9`
pub(crate) struct Cube;
impl<T: Real> Pointwise<T> for Cube {
    fn f(x: T) -> T {
        x + x * x * x / T::of(9.0)
    }
    fn df(x: T) -> T {
        T::one() + x * x / T::of(3.0)
    }
}

/// Uniform in ±1/2.
pub(crate) fn halved<T: Real>(param: ParamMut<'_, T>, mut rng: Rng) {
    param.values.fill_with(|| rng.uniform_in(-0.5, 0.5));
}

/// A network whose parameters, biases and slopes too, are all moved away from their starting values.
fn net<N: Network>(seed: u64) -> Box<N> {
    let (mut net, mut rng) = (N::boxed(seed), Rng::new(seed).fork(1));
    net.zip([], Path::ROOT, &mut |_, param, []| {
        for value in param.values {
            *value += N::Scalar::of(0.3 * rng.normal());
        }
    });
    net
}

fn input<T: Real, const I: usize, const B: usize>(seed: u64) -> SMatrix<T, I, B> {
    let mut rng = Rng::new(seed).fork(2);
    SMatrix::from_fn(|_, _| T::of(rng.normal()))
}

fn dy<T: Real, const O: usize, const B: usize>() -> SMatrix<T, O, B> {
    let mut rng = Rng::new(3);
    SMatrix::from_fn(|_, _| T::of(rng.normal()))
}

fn numbers<N: Network>(net: &mut N, grad: &mut GradOf<N>) -> Vec<N::Scalar> {
    let mut all = Vec::new();
    net.zip([grad], Path::ROOT, &mut |_, _, [g]| all.extend_from_slice(g));
    all
}

/// What one training step computes.
struct Ran<T, const I: usize, const O: usize, const B: usize> {
    y: SMatrix<T, O, B>,
    dx: SMatrix<T, I, B>,
    grad: Vec<T>,
}

/// A forward and a backward pass over memory that is dirty from another one.
fn run<N, const I: usize, const O: usize, const B: usize>(
    net: &mut N,
    x: &SMatrix<N::Scalar, I, B>,
    dy: &SMatrix<N::Scalar, O, B>,
    pass: Pass<'_, B>,
) -> Ran<N::Scalar, I, O, B>
where
    N: Network<In = Vals<I>, Out = Vals<O>>,
{
    let (mut tape, mut work) = (place::zeroed_box::<TapeOf<N, B>>(), place::zeroed_box::<WorkOf<N, B>>());
    let (mut y, mut dx) = (SMatrix::ZERO, SMatrix::ZERO);
    let other = input::<N::Scalar, I, B>(99);
    let mut grad = place::zeroed_box::<GradOf<N>>();
    for x in [&other, x] {
        place::clear(&mut *grad);
        net.forward(x, &mut y, Some(&mut tape), &mut work, pass);
        net.backward(x, &y, &tape, dy, Some(&mut dx), Some(&mut grad), &mut work, pass);
    }
    Ran { y, dx, grad: numbers(net, &mut grad) }
}

/// Every derivative of a chunk of `B` samples, at the first point where not all of them are zero: a small network of
/// rectifiers or dropout may be dead at one.
fn differences<const I: usize, const O: usize, N, const B: usize>(train: bool) -> usize
where
    N: Network<Scalar = f64, In = Vals<I>, Out = Vals<O>>,
{
    for seed in 0..20 {
        let (mut net, mut x) = (net::<N>(seed), input::<f64, I, B>(seed));
        let pass = if train { Pass::train(Rng::new(seed)) } else { Pass::infer() };
        match gradcheck::layer::<N, N::In, N::Out, B>(&mut net, &mut x, pass) {
            Ok(report) => return report.checked,
            Err(Mismatch::AllZero { .. }) => {}
            Err(wrong) => panic!("{}, {B} samples, seed {seed}, training {train}: {wrong}", N::NAME),
        }
    }
    panic!("{}: nothing depends on anything", N::NAME)
}

#[test]
fn gradients_match_finite_differences() {
    #[derive(Default)]
    struct Check {
        nets: usize,
        derivatives: usize,
    }
    impl Visit for Check {
        fn net<const I: usize, const O: usize, N32, N64>(&mut self)
        where
            N32: Network<Scalar = f32, In = Vals<I>, Out = Vals<O>>,
            N64: Network<Scalar = f64, In = Vals<I>, Out = Vals<O>>,
        {
            self.nets += 1;
            self.derivatives += differences::<I, O, N64, 1>(true);
            self.derivatives += differences::<I, O, N64, 2>(true);
            self.derivatives += differences::<I, O, N64, 2>(false);
        }
    }
    let mut check = Check::default();
    nets::each(&mut check);
    assert_eq!(check.nets, generate::COUNT);
    assert!(check.derivatives > 5000, "only {} derivatives were checked", check.derivatives);
}

/// One thing to check of every network, as a type that all of them can be handed to.
macro_rules! on_every_network {
    ($(#[$attr:meta])* $name:ident: |$i:ident, $o:ident, $n32:ident, $n64:ident| $body:block) => {
        #[test]
        fn $name() {
            struct Check(usize);
            impl Visit for Check {
                fn net<const $i: usize, const $o: usize, $n32, $n64>(&mut self)
                where
                    $n32: Network<Scalar = f32, In = Vals<$i>, Out = Vals<$o>>,
                    $n64: Network<Scalar = f64, In = Vals<$i>, Out = Vals<$o>>,
                {
                    self.0 += 1;
                    $body
                }
            }
            let mut check = Check(0);
            nets::each(&mut check);
            assert_eq!(check.0, generate::COUNT);
        }
    };
}

on_every_network! { forward_without_a_tape_gives_the_same_bits_as_with_one: |I, O, N32, N64| {
    let (net, x) = (net::<N32>(4), input::<f32, I, 3>(5));
    for pass in [Pass::infer(), Pass::train(Rng::new(6)), Pass::train(Rng::new(6)).chunk(9, 2)] {
        let (mut tape, mut work) =
            (place::zeroed_box::<TapeOf<N32, 3>>(), place::zeroed_box::<WorkOf<N32, 3>>());
        let (mut with, mut without) = (SMatrix::<f32, O, 3>::from_element(7.0), SMatrix::from_element(-7.0));
        net.forward(&x, &mut with, Some(&mut tape), &mut work, pass);
        net.forward(&x, &mut without, None, &mut work, pass);
        let bits = |y: &SMatrix<f32, O, 3>| y.as_slice()[..pass.live() * O].iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&with), bits(&without), "{}, {pass:?}", N32::NAME);
    }
}}

on_every_network! { leaving_out_dx_or_the_gradient_changes_nothing_else: |I, O, N32, N64| {
    let (mut net, x, dy) = (net::<N64>(4), input::<f64, I, 2>(5), dy::<f64, O, 2>());
    let pass = Pass::train(Rng::new(6));
    let both = run(&mut *net, &x, &dy, pass);
    let (mut tape, mut work) = (place::zeroed_box::<TapeOf<N64, 2>>(), place::zeroed_box::<WorkOf<N64, 2>>());
    let (mut y, mut dx) = (SMatrix::ZERO, SMatrix::from_element(f64::NAN));
    let mut grad = place::zeroed_box::<GradOf<N64>>();
    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    net.backward(&x, &y, &tape, &dy, None, Some(&mut grad), &mut work, pass);
    net.backward(&x, &y, &tape, &dy, Some(&mut dx), None, &mut work, pass);
    net.backward(&x, &y, &tape, &dy, None, None, &mut work, pass);
    assert_eq!(numbers(&mut *net, &mut grad), both.grad, "{} without dx", N64::NAME);
    assert_eq!(dx, both.dx, "{} without a gradient", N64::NAME);
}}

on_every_network! { samples_that_do_not_count_change_no_gradient: |I, O, N32, N64| {
    let (mut net, mut x, mut dy) = (net::<N64>(4), input::<f64, I, 3>(5), dy::<f64, O, 3>());
    let pass = Pass::train(Rng::new(6)).chunk(5, 2);
    let (x2, dy2) = (x.fixed_columns::<2>(0).into_owned(), dy.fixed_columns::<2>(0).into_owned());
    let two = run(&mut *net, &x2, &dy2, Pass::train(Rng::new(6)).chunk(5, 2));
    // What fills the chunk is a copy of a sample, and a loss gives it a zero `dy`.
    x.column_mut(2).copy_from(&x2.column(0));
    dy.column_mut(2).fill(0.0);
    let three = run(&mut *net, &x, &dy, pass);
    assert_eq!(three.y.fixed_columns::<2>(0), two.y, "{}", N64::NAME);
    assert_eq!(three.dx.fixed_columns::<2>(0), two.dx, "{}", N64::NAME);
    assert!(three.dx.column(2).iter().all(|d| *d == 0.0), "{}", N64::NAME);
    for (i, (three, two)) in three.grad.iter().zip(&two.grad).enumerate() {
        assert!((three - two).abs() <= 1e-12 * two.abs().max(1.0), "{}, number {i}: {three}, {two}", N64::NAME);
    }
}}

on_every_network! { both_scalars_agree: |I, O, N32, N64| {
    let (mut single, mut double) = (N32::boxed(4), N64::boxed(4));
    let key = Pass::train(Rng::new(6));
    let double = run(&mut *double, &input::<f64, I, 2>(5), &dy(), key);
    let single = run(&mut *single, &input::<f32, I, 2>(5), &dy(), key);
    let close = |what: &str, single: &[f32], double: &[f64]| {
        assert_eq!(single.len(), double.len());
        let size = double.iter().fold(1.0_f64, |size, v| size.max(v.abs()));
        for (i, (s, d)) in single.iter().zip(double).enumerate() {
            let error = (f64::from(*s) - d).abs() / size;
            assert!(error < 1e-5, "{}: {what}[{i}] is {s} in f32, {d} in f64", N64::NAME);
        }
    };
    close("y", single.y.as_slice(), double.y.as_slice());
    close("dx", single.dx.as_slice(), double.dx.as_slice());
    close("grad", &single.grad, &double.grad);
}}

on_every_network! { what_is_frozen_has_no_gradient_and_all_else_has: |I, O, N32, N64| {
    let (mut net, mut grad) = (net::<N64>(0), place::zeroed_box::<GradOf<N64>>());
    let mut counted = (0, 0);
    net.zip([&mut grad], Path::ROOT, &mut |path, param, [g]| {
        let expected = if path.is_frozen() { 0 } else { param.values.len() };
        assert_eq!(g.len(), expected, "{}: {path}", N64::NAME);
        assert!(param.kind != Kind::Buffer);
        counted = (counted.0 + param.values.len(), counted.1 + g.len());
    });
    assert_eq!(counted.0, N64::PARAMS, "{}", N64::NAME);
    assert_eq!(size_of::<GradOf<N64>>(), 8 * counted.1, "{}", N64::NAME);
}}

#[test]
fn the_networks_are_those_of_the_generator() {
    let fresh = generate::nets(SEED);
    if std::env::var_os("DL_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/random_networks/nets.rs"), &fresh)
            .unwrap();
        return;
    }
    for (i, (committed, fresh)) in include_str!("nets.rs").lines().zip(fresh.lines()).enumerate() {
        assert_eq!(committed, fresh, "line {}", i + 1);
    }
    assert_eq!(include_str!("nets.rs").len(), fresh.len());
}
