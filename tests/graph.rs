//! Graphs through the macro: residuals, branches, shared weights, several inputs and outputs, nesting, frozen fields.
#![forbid(unsafe_code)]

mod common;

use common::differences;
use dl::layer::{GradOf, TapeOf, WorkOf};
use dl::nalgebra::{SMatrix, SVector};
use dl::prelude::*;
use dl::{Blank, Lens, Shape, Vals, gradcheck, place};

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

/// A chain, said as a graph.
#[network(input = [4])]
#[forward(|input| out(tanh(hidden(input))))]
struct Line {
    hidden: Dense<8>,
    out: Dense<2>,
}

#[network(input = [4])]
#[forward(|x| tanh(x + fc2(tanh(fc1(x)))))]
struct Residual {
    fc1: Dense<8>,
    fc2: Dense<4>,
}

/// Fields as activations, a branch on each side, a value read three times.
#[network(input = [3, 4])]
#[forward(|x| {
    let a = act(up(x));
    let b = { let x = gelu(left(x)); x * a };
    let a = a - right(b);
    softmax(head(concat(a, b, x)))
})]
struct Branches {
    up: Dense<5>,
    act: Tanh,
    left: Dense<5>,
    right: Dense<5>,
    head: Dense<3>,
}

/// A field called three times.
#[network(input = [4])]
#[forward(|x| fc(tanh(fc(tanh(fc(x))))))]
struct Shared {
    fc: Dense<4>,
}

/// One value on both sides, and as one side of many.
#[network(input = [5])]
#[forward(|x| {
    let h = fc(x);
    h * h + (x - x * h) + (h + h)
})]
struct Twice {
    fc: Dense<5>,
}

#[network(input = ([4], [3, 2]))]
#[forward(|target, memory| {
    let m = tanh(mix(flatten(memory)));
    head(concat(q(target) * m, target))
})]
struct TwoInputs {
    mix: Dense<6>,
    q: Dense<6>,
    head: Dense<2>,
}

/// Outputs that are read inside too, given twice, and an input given back.
#[network(input = [4])]
#[forward(|x| {
    let h = tanh(fc(x));
    (head(h), h, x)
})]
struct ThreeOutputs {
    fc: Dense<5>,
    head: Dense<2>,
}

/// Nested networks with several inputs and outputs, one of them unused.
#[network(input = ([4], [3, 2]))]
#[forward(|a, b| {
    let joined = two(a, b);
    let (y, h, _) = three(fc(joined));
    let again = two(a, b);
    y * again + slice(h, 1..3)
})]
struct Nest {
    two: TwoInputs,
    fc: Dense<4>,
    three: ThreeOutputs,
}

/// Repeated blocks in a graph.
#[network(input = [4])]
#[forward(|x| head(blocks(x) + x))]
struct Blocks {
    blocks: [Residual; 3],
    head: Dense<3>,
}

const SIDE: usize = 2;

/// Images by sizes that are constants: channels side by side, and a part of them.
#[network(input = [SIDE, 3, SIDE])]
#[forward(|x| {
    let both = concat(sigmoid(x), slope(x), slice(x, 1..SIDE));
    let some = slice(both, 1..4);
    relu(some + slice(both, ..3)) * some
})]
struct Image {
    slope: PRelu,
}

/// Steps of a sequence, side by side and in part.
#[network(input = [4, 3])]
#[forward(|x| {
    let both = concat(x, fc(x), axis = steps);
    let last = slice(both, 5.., axis = steps);
    concat(last, slice(x, 0..3, axis = steps))
})]
struct Steps {
    fc: Dense<3>,
}

#[network(input = [D])]
#[forward(|x| x + down(silu(up(x))))]
struct Generic<const D: usize, const H: usize> {
    up: Dense<H>,
    down: Dense<D>,
}

/// The outputs of nested networks, whose sizes only the compiler knows.
#[network(input = [4])]
#[forward(|x| {
    let a = first(x);
    let b = second(a) + x;
    slice(relu(concat(a, b) + concat(b, a)), 2..)
})]
struct Opaque {
    first: Residual,
    second: Generic<4, 3>,
}

/// Sums whose two sides are of one length by two names: a number, and a constant of a nested network.
#[network(input = [4])]
#[forward(|x| tanh(x + fc(enc(x))))]
struct AroundNested {
    enc: Residual,
    fc: Dense<4>,
}

/// The same behind a nested network, whose gradient both sides add to.
#[network(input = [4])]
#[forward(|x| {
    let h = enc(x);
    head(relu(enc(h) + fc1(h)) + fc2(h))
})]
struct BehindNested {
    enc: Residual,
    fc1: Dense<4>,
    fc2: Dense<4>,
    head: Dense<2>,
}

/// The sum of two layers that read the same.
#[network(input = [4])]
#[forward(|x| { let h = enc(x); fc1(h) + fc2(h) })]
struct SumOfTwo {
    enc: Residual,
    fc1: Dense<4>,
    fc2: Dense<4>,
}

const CHANNELS: usize = 2;

/// The same of convolutions: their sizes are computed from constants.
#[network(input = [CHANNELS, SIDE, SIDE])]
#[forward(|x| x + conv2(tanh(conv1(x))))]
struct ResidualImage {
    conv1: Conv2d<3, 3, Pad<1>>,
    conv2: Conv2d<CHANNELS, 3, Pad<1>>,
}

/// And an activation over the sum, whose gradient two layers read by names of their own.
#[network(input = [CHANNELS, SIDE, SIDE])]
#[forward(|x| { let h = conv1(x); flatten(sigmoid(h + conv2(tanh(h)))) })]
struct SumOfConvolutions {
    conv1: Conv2d<CHANNELS, 3, Pad<1>>,
    conv2: Conv2d<CHANNELS, 3, Pad<1>>,
}

#[network(input = [4])]
#[forward(|x| {
    let h = base(x);
    head(h + tanh(second(h)))
})]
struct Frozen {
    #[frozen]
    base: Dense<5>,
    second: Dense<5>,
    #[frozen]
    head: Dense<2>,
}

#[test]
fn gradients_of_graphs_match_finite_differences() {
    check::<Line<f64>>();
    check::<Residual<f64>>();
    check::<Branches<f64>>();
    check::<Shared<f64>>();
    check::<Twice<f64>>();
    check::<TwoInputs<f64>>();
    check::<ThreeOutputs<f64>>();
    check::<Nest<f64>>();
    check::<Blocks<f64>>();
    check::<Image<f64>>();
    check::<Steps<f64>>();
    check::<Generic<4, 6, f64>>();
    check::<Opaque<f64>>();
    check::<AroundNested<f64>>();
    check::<BehindNested<f64>>();
    check::<SumOfTwo<f64>>();
    check::<ResidualImage<f64>>();
    check::<SumOfConvolutions<f64>>();
    check::<Frozen<f64>>();
}

#[test]
fn a_residual_by_hand() {
    let mut net = Residual::<f64>::boxed(0);
    net.fc1.weight.fill(0.0);
    net.fc1.bias.fill(0.0);
    net.fc2.weight.fill(1.0);
    net.fc2.bias.copy_from(&SVector::from([1.0, 0.0, -1.0, 0.5]));
    let (mut y, mut work) = (SVector::zeros(), ResidualWork::<f64, 1>::ZERO);
    net.forward(&SVector::from([0.1, 0.2, 0.3, 0.4]), &mut y, None, &mut work, Pass::infer());
    let expected = SVector::from([1.1_f64, 0.2, -0.7, 0.9]).map(f64::tanh);
    assert!((y - expected).amax() < 1e-12, "{y}");
}

#[test]
fn the_shapes_of_graphs_are_known() {
    assert_eq!(<Branches as Network>::OUTPUT, Shape::new([3, 3]));
    assert_eq!(<Image as Network>::OUTPUT, Shape::new([3, 3, 2]));
    assert_eq!(<Steps as Network>::OUTPUT, Shape::new([3, 6]));
    assert_eq!(<Opaque as Network>::OUTPUT, Shape::new([6]));
    assert_eq!(<TwoInputs as Network>::INPUTS, [Shape::new([4]), Shape::new([3, 2])]);
    assert_eq!(<ThreeOutputs as Network>::OUTPUTS, [[2], [5], [4]].map(Shape::new));
    assert!(TwoInputs::summary().to_string().starts_with("TwoInputs: ([4], [3, 2]) -> [2]\n"));
    assert_eq!((Shared::PARAMS, Shared::MACS), (20, 48));
}

/// Dropout twice from one field: the masks differ.
#[network(input = [64])]
#[forward(|x| drop(x) - drop(x))]
struct Masks {
    drop: Dropout<0.5>,
}

#[test]
fn a_field_called_twice_draws_twice() {
    let net = Masks::<f32>::boxed(0);
    let (mut y, mut work) = (SVector::zeros(), MasksWork::<f32, 1>::ZERO);
    net.forward(&SVector::from_element(1.0), &mut y, None, &mut work, Pass::train(Rng::new(1)));
    assert!(y.iter().any(|y| *y != 0.0));
}

#[test]
fn frozen_fields_have_no_gradient() {
    let grad = GradOf::<Frozen<f32>>::ZERO;
    assert_eq!((size_of_val(&grad), grad.base, grad.head), (4 * 30, (), ()));
}

/// A fresh gradient is overwritten by the first call, and added to by the others.
#[test]
fn a_shared_weight_may_start_from_a_dirty_gradient() {
    let net = Shared::<f32>::boxed(3);
    let (mut tape, mut work) =
        (place::zeroed_box::<TapeOf<Shared, 1>>(), place::zeroed_box::<WorkOf<Shared, 1>>());
    let (x, dy, mut y) =
        (SVector::from([0.3, -1.0, 0.5, 2.0]), SVector::from([1.0, 2.0, -1.0, 0.5]), SVector::zeros());
    let pass = Pass::train(Rng::new(0));
    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    let (mut clean, mut dirty) = (GradOf::<Shared>::ZERO, GradOf::<Shared>::ZERO);
    dirty.fc.weight.fill(9.0);
    dirty.fc.bias.fill(9.0);
    net.backward(&x, &y, &tape, &dy, None, Some(&mut clean), &mut work, pass);
    net.backward(&x, &y, &tape, &dy, None, Some(&mut dirty), &mut work, pass.fresh(true));
    assert_eq!(clean.fc.weight, dirty.fc.weight);
    assert_eq!(clean.fc.bias, dirty.fc.bias);
}

/// Tokens have no gradient, and a frozen embedding asks for none either.
#[network(input = [u16; 3])]
#[forward(|words| head(flatten(embed(words)) + flatten(embed(words))))]
struct Words {
    embed: self::OneHot<4>,
    head: Dense<2>,
}

#[derive(dl::Params)]
struct OneHot<const V: usize, T = f32>(std::marker::PhantomData<T>);

impl<E: dl::Edge, const V: usize, T> dl::Fit<E> for OneHot<V, T> {
    const OUT: dl::Fitted = Ok(Shape::new([E::SHAPE.len(), V]));
}

impl<T: dl::Real, const V: usize, const S: usize, const Y: usize> Layer<T, dl::Tokens<S>, Vals<Y>>
    for OneHot<V, T>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();
    fn forward<'a, const B: usize>(
        &self,
        x: &[[u16; S]; B],
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        y.fill(T::zero());
        for (&token, y) in x.as_flattened().iter().zip(y.as_mut_slice().chunks_exact_mut(V)) {
            y[usize::from(token) % V] = T::one();
        }
    }
    fn backward<'a, const B: usize>(
        &self,
        _: &[[u16; S]; B],
        _: &SMatrix<T, Y, B>,
        _: &(),
        _: &SMatrix<T, Y, B>,
        (): (),
        _: Option<&mut Self::Grad>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
    }
}

#[test]
fn tokens_pass_through_a_graph() {
    let mut trainer =
        WordsTrainer::<CrossEntropy, Adam>::boxed_with(CrossEntropy::default(), Adam::new(0.05), 0);
    let data = (vec![[0, 1, 2], [3, 2, 1], [1, 1, 3], [2, 0, 0]], vec![0, 1, 1, 0]);
    let first = trainer.step(&data).unwrap().loss;
    for _ in 0..50 {
        trainer.step(&data).unwrap();
    }
    assert!(trainer.step(&data).unwrap().loss < 0.5 * first);
}

#[test]
fn two_inputs_and_two_outputs_train() {
    #[network(input = ([2], [3]))]
    #[forward(|a, b| {
        let h = tanh(left(a) + right(b));
        (mean(h), class(h))
    })]
    struct Pair {
        left: Dense<8>,
        right: Dense<8>,
        mean: Dense<1>,
        class: Dense<2>,
    }
    let a: Vec<[f32; 2]> = (0..32).map(|i| [(i % 4) as f32 / 4.0, (i % 3) as f32 / 3.0]).collect();
    let b: Vec<[f32; 3]> = (0..32).map(|i| [(i % 5) as f32 / 5.0, (i % 2) as f32, 1.0]).collect();
    let sum: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a[0] + b[0]).collect();
    let class: Vec<u16> = b.iter().map(|b| b[1] as u16).collect();
    let data = ((a, b), (sum, class));
    let mut trainer = PairTrainer::<(Mse, CrossEntropy), Adam>::boxed_with(
        (Mse, CrossEntropy::default()),
        Adam::new(0.02),
        0,
    );
    let first = trainer.step(&data).unwrap().loss;
    trainer.fit(&data, (), Fit::new(200, 8), ()).unwrap();
    let last = trainer.step(&data).unwrap().loss;
    assert!(last < 0.02 * first, "{first} to {last}");
}

/// Lengths go with their own input.
#[test]
fn valid_lengths_follow_the_values() {
    #[network(input = ([4, 2], [6, 3]))]
    #[forward(|a, b| (slice(left(a), 1.., axis = steps), relu(right(b))))]
    struct Both {
        left: Dense<3>,
        right: Dense<2>,
    }
    let (short, long) = ([2, 4], [6, 1]);
    let pass = Pass::<2>::infer().with_lens((Lens::of(&short), Lens::of(&long)));
    let (a, b) = Both::<f32>::lens(pass);
    assert_eq!((a.steps(0, 3), a.steps(1, 3)), (1, 3));
    assert_eq!((b.steps(0, 6), b.steps(1, 6)), (6, 1));
}

/// A number for each channel of an image: known to the macro, and by a network that only the compiler knows the shape of.
#[network(input = [3, 4, 5])]
#[forward(|x| {
    let wide = conv(x);
    let s = act(gate(pool(wide)));
    flatten(wide * s + wide * inner(wide) + wide)
})]
struct Scaled {
    conv: Conv2d<6, 2>,
    pool: GlobalAvgPool,
    gate: Dense<6>,
    act: Sigmoid,
    inner: Gate,
}

#[network(input = [6, 3, 4])]
struct Gate {
    pool: GlobalAvgPool,
    fc: Dense<6>,
}

/// The same of a nested network's output, and of the input; a product of two values whose shape only the compiler knows.
#[network(input = [6, 3, 4])]
#[forward(|x| {
    let x = tanh(x * gate(x));
    let same = map(x);
    map(same) * same * gate(x)
})]
struct ScaledByNested {
    gate: Gate,
    map: Keep,
}

#[network(input = [6, 3, 4])]
struct Keep {
    conv: Conv2d<6, 1>,
}

#[test]
fn an_image_is_scaled_channel_by_channel() {
    let mut net = Scaled::<f64>::boxed(0);
    net.gate.weight.fill(0.0);
    net.gate.bias.copy_from_slice(&[-800.0, 800.0, 0.0, 0.0, 0.0, 0.0]); // 0, 1 and 1/2
    net.inner.fc.weight.fill(0.0);
    net.inner.fc.bias.copy_from_slice(&[0.0, 0.0, 0.0, 1.0, 2.0, -3.0]);
    let x = SMatrix::<f64, 60, 1>::from_fn(|i, _| i as f64);
    let mut wide = SMatrix::<f64, 72, 1>::zeros();
    net.conv.forward(&x, &mut wide, None, &mut (), Pass::infer());
    let (mut y, mut work) = (SMatrix::<f64, 72, 1>::zeros(), Blank::ZERO);
    net.forward(&x, &mut y, None, &mut work, Pass::infer());
    for (i, (y, wide)) in y.iter().zip(&wide).enumerate() {
        let factor = [1.0, 2.0, 1.5, 2.5, 3.5, -1.5][i / 12];
        assert!((y - wide * factor).abs() < 1e-12 * wide.abs(), "number {i}: {y} of {wide}");
    }
}

#[test]
fn gradients_of_products_by_channel_match_finite_differences() {
    check::<Scaled<f64>>();
    check::<ScaledByNested<f64>>();
}
