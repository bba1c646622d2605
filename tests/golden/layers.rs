//! Outputs and all gradients of each layer.

use dl::layer::{GradOf, TapeOf, WorkOf};
use dl::nalgebra::SMatrix;
use dl::network;
use dl::place::zeroed_box;
use dl::{Network, Pass, Rng, Vals};

use crate::close::assert_close;
use crate::tensors::{gradients, set_parameters};
use crate::vectors::{LayerCase, LayerRun, Layers, find, load};

/// Runs a network of one layer, called `layer`, on the vectors of `name`, for chunks of 1 and of 3 samples.
fn check<N, const I: usize, const O: usize>(name: &str)
where
    N: Network<Scalar = f64, In = Vals<I>, Out = Vals<O>>,
{
    let file: Layers = load("layers");
    let case = find(&file.cases, name);
    assert_eq!(N::INPUT.dims(), case.input, "{name}: the shape of a sample");
    let [one, three] = &case.runs[..] else { panic!("{name} has {} runs", case.runs.len()) };
    check_run::<N, I, O, 1>(case, one);
    check_run::<N, I, O, 3>(case, three);
}

fn check_run<N, const I: usize, const O: usize, const B: usize>(case: &LayerCase, run: &LayerRun)
where
    N: Network<Scalar = f64, In = Vals<I>, Out = Vals<O>>,
{
    let mut net = zeroed_box::<N>();
    set_parameters(&mut *net, &case.parameters);
    let (x, dy) = (chunk(&run.x), chunk(&run.dy));
    let (mut y, mut dx) = (SMatrix::zeros(), SMatrix::zeros());
    let (mut tape, mut work, mut grad) =
        (zeroed_box::<TapeOf<N, B>>(), zeroed_box::<WorkOf<N, B>>(), zeroed_box::<GradOf<N>>());
    let pass = Pass::train(Rng::new(0));

    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    assert_close(&format!("{} y, batch of {B}", case.name), y.as_slice(), &run.y.concat());
    net.backward(&x, &y, &tape, &dy, Some(&mut dx), Some(&mut grad), &mut work, pass);
    assert_close(&format!("{} dx, batch of {B}", case.name), dx.as_slice(), &run.dx.concat());

    let gradients = gradients(&mut *net, &mut grad);
    assert!(
        gradients.keys().eq(run.gradients.keys()),
        "{}: {:?} have gradients",
        case.name,
        gradients.keys()
    );
    for (name, expected) in &run.gradients {
        assert_eq!(gradients[name].shape, expected.shape, "{} {name}", case.name);
        let what = format!("{} d{name}, batch of {B}", case.name);
        assert_close(&what, &gradients[name].values, &expected.values);
    }

    let mut inferred = SMatrix::zeros();
    net.forward(&x, &mut inferred, None, &mut work, Pass::infer());
    assert_eq!(inferred, y, "{}: inference gives what training gives", case.name);
}

fn chunk<const N: usize, const B: usize>(samples: &[Vec<f64>]) -> SMatrix<f64, N, B> {
    SMatrix::from_column_slice(&samples.concat())
}

/// A network for each test, and the vectors that it is checked with.
macro_rules! networks {
    ($($test:ident: [$($input:tt)*] { $($fields:tt)* } $case:expr;)*) => { $(
        #[test]
        fn $test() {
            #[network(input = [$($input)*])]
            struct Net { $($fields)* }

            check::<Net<f64>, _, _>($case);
        }
    )* };
}

networks! {
    dense: [5] { layer: Dense<3> } "dense";
    dense_of_one: [1] { layer: Dense<1> } "dense_1_to_1";
    dense_without_bias: [7] { layer: Dense<2, NoBias> } "dense_no_bias";
    dense_of_steps: [4, 5] { layer: Dense<3> } "dense_steps";
    dense_of_steps_without_bias: [2, 3] { layer: Dense<6, NoBias> } "dense_steps_no_bias";
    flatten_of_an_image: [2, 3, 4] { layer: Flatten } "flatten_image";
    flatten_of_steps: [3, 5] { layer: Flatten } "flatten_steps";
    prelu_with_one_slope: [7] { layer: PRelu } "prelu_1";
    prelu_with_a_slope_for_each_feature: [7] { layer: PRelu<7> } "prelu_n";
    softmax: [7] { layer: Softmax } "softmax";
    softmax_of_steps: [3, 4] { layer: Softmax } "softmax_steps";
    softmax_of_large_numbers: [4] { layer: Softmax } "softmax_far";
    log_softmax: [7] { layer: LogSoftmax } "log_softmax";
    log_softmax_of_steps: [3, 4] { layer: LogSoftmax } "log_softmax_steps";
    log_softmax_of_large_numbers: [4] { layer: LogSoftmax } "log_softmax_far";
}

/// An activation by itself, where its pieces meet and far from zero, and behind a layer, where it runs in place.
macro_rules! activations {
    ($($name:ident: { $($layer:tt)* } $case:literal;)*) => { $(
        mod $name {
            use super::*;

            networks! {
                alone: [7] { layer: $($layer)* } $case;
                at_its_ends: [11] { layer: $($layer)* } concat!($case, "_ends");
                behind_a_dense_layer: [2] { fc: Dense<3>, act: $($layer)* } concat!("dense_", $case);
            }
        }
    )* };
}

activations! {
    relu: { Relu } "relu";
    leaky_relu: { LeakyRelu } "leaky_relu";
    leaky_relu_with_a_slope: { LeakyRelu<0.2> } "leaky_relu_slope_0.2";
    elu: { Elu } "elu";
    elu_with_alpha: { Elu<1.5> } "elu_alpha_1.5";
    selu: { Selu } "selu";
    gelu: { Gelu } "gelu";
    gelu_tanh: { GeluTanh } "gelu_tanh";
    silu: { Silu } "silu";
    sigmoid: { Sigmoid } "sigmoid";
    tanh: { Tanh } "tanh";
    softplus: { Softplus } "softplus";
    hard_sigmoid: { HardSigmoid } "hardsigmoid";
    hard_tanh: { HardTanh } "hardtanh";
    hard_swish: { HardSwish } "hardswish";
}
