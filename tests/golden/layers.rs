//! Outputs and all gradients of each layer.

use dl::layer::{GradOf, TapeOf, WorkOf};
use dl::nalgebra::SMatrix;
use dl::network;
use dl::place::zeroed_box;
use dl::{Network, Pass, Rng, Vals};

use crate::close::assert_close;
use crate::losses::of_lengths;
use crate::tensors::{gradients, set_parameters};
use crate::vectors::{LayerCase, LayerRun, Layers, find, load};

/// Runs a network of one layer, called `layer`, on the vectors `name` of a file, for chunks of 1 and of 3 samples.
pub(crate) fn check<N, const I: usize, const O: usize>(file: &str, name: &str)
where
    N: Network<Scalar = f64, In = Vals<I>, Out = Vals<O>>,
{
    let file: Layers = load(file);
    let case = find(&file.cases, name);
    assert_eq!(N::INPUT.dims(), case.input, "{name}: the shape of a sample");
    let [one, three] = &case.runs[..] else { panic!("{name} has {} runs", case.runs.len()) };
    check_run::<N, I, O, 1>(case, one);
    check_run::<N, I, O, 3>(case, three);
}

/// Runs a network on vectors and compares all that comes out.
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
    let valid = (!run.lengths.is_empty()).then(|| core::array::from_fn(|b| run.lengths[b]));
    let pass = of_lengths(Pass::train(Rng::new(0)), &valid);

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
    net.forward(&x, &mut inferred, None, &mut work, of_lengths(Pass::infer(), &valid));
    assert_eq!(inferred, y, "{}: inference gives what training gives", case.name);
}

/// Samples as a chunk.
pub(crate) fn chunk<const N: usize, const B: usize>(samples: &[Vec<f64>]) -> SMatrix<f64, N, B> {
    SMatrix::from_column_slice(&samples.concat())
}

/// A network for each test, and the vectors of a file that it is checked with.
macro_rules! networks {
    (in $file:literal: $($test:ident: [$($input:tt)*] { $($fields:tt)* } $case:expr;)*) => { $(
        #[test]
        fn $test() {
            #[network(input = [$($input)*])]
            struct Net { $($fields)* }

            $crate::layers::check::<Net<f64>, _, _>($file, $case);
        }
    )* };
}
pub(crate) use networks;

networks! { in "layers":
    dense: [5] { layer: Dense<3> } "dense";
    dense_of_one: [1] { layer: Dense<1> } "dense_1_to_1";
    dense_without_bias: [7] { layer: Dense<2, NoBias> } "dense_no_bias";
    dense_of_steps: [4, 5] { layer: Dense<3> } "dense_steps";
    dense_of_steps_without_bias: [2, 3] { layer: Dense<6, NoBias> } "dense_steps_no_bias";
    flatten_of_an_image: [2, 3, 4] { layer: Flatten } "flatten_image";
    flatten_of_steps: [3, 5] { layer: Flatten } "flatten_steps";
    prelu_with_one_slope: [7] { layer: PRelu } "prelu_1";
    prelu_with_a_slope_for_each_feature: [7] { layer: PRelu<7> } "prelu_n";
    prelu_with_a_slope_for_each_channel: [3, 2, 5] { layer: PRelu<3> } "prelu_channels";
    softmax: [7] { layer: Softmax } "softmax";
    softmax_of_steps: [3, 4] { layer: Softmax } "softmax_steps";
    softmax_of_large_numbers: [4] { layer: Softmax } "softmax_far";
    log_softmax: [7] { layer: LogSoftmax } "log_softmax";
    log_softmax_of_steps: [3, 4] { layer: LogSoftmax } "log_softmax_steps";
    log_softmax_of_large_numbers: [4] { layer: LogSoftmax } "log_softmax_far";
    conv2d: [3, 5, 6] { layer: Conv2d<5, 3> } "conv2d";
    conv2d_of_one_number: [5, 3, 2] { layer: Conv2d<7, 1> } "conv2d_1x1";
    conv2d_without_bias: [1, 4, 7] { layer: Conv2d<3, Kernel<2, 4>, NoBias> } "conv2d_no_bias";
    conv2d_with_padding_and_stride: [2, 5, 7] { layer: Conv2d<3, 3, Pad<2, 1>, Stride<1, 2>> } "conv2d_pad_stride";
    conv2d_with_padding_that_differs: [2, 4, 5] { layer: Conv2d<3, 3, Pad<1, 3, 2, 0>, Stride<2>> } "conv2d_sides";
    conv2d_of_the_same_size: [2, 7, 6] { layer: Conv2d<3, Kernel<3, 4>, Pad<Same>, Stride<2>> } "conv2d_same";
    conv2d_of_the_same_odd_size: [2, 6, 4] { layer: Conv2d<3, 3, Pad<Same>, Stride<2>> } "conv2d_same_odd";
    conv2d_with_dilation: [2, 6, 5] { layer: Conv2d<3, 3, Dilation<2, 1>, Pad<1>> } "conv2d_dilation";
    conv2d_with_groups: [6, 4, 3] { layer: Conv2d<9, 3, Groups<3>, Pad<1>> } "conv2d_groups";
    conv2d_with_all_options: [4, 7, 9] {
        layer: Conv2d<6, Kernel<3, 2>, Stride<2, 3>, Pad<2, 1>, Dilation<1, 3>, Groups<2>>
    } "conv2d_all";
    depthwise2d: [5, 5, 4] { layer: Depthwise2d<3, Stride<2>, Pad<1>> } "depthwise2d";
    conv_transpose2d: [3, 3, 4] { layer: ConvTranspose2d<5, 3> } "conv_transpose2d";
    conv_transpose2d_without_bias: [3, 3, 2] {
        layer: ConvTranspose2d<2, 2, Stride<2>, NoBias>
    } "conv_transpose2d_no_bias";
    conv_transpose2d_with_all_options: [4, 3, 4] {
        layer: ConvTranspose2d<6, Kernel<3, 2>, Stride<3, 2>, Pad<1, 2>, OutputPad<2, 1>, Groups<2>, Dilation<2, 3>>
    } "conv_transpose2d_all";
    conv1d: [7, 3] { layer: Conv1d<5, 3> } "conv1d";
    conv1d_without_bias: [11, 1] { layer: Conv1d<3, 4, Stride<3>, NoBias> } "conv1d_no_bias";
    conv1d_with_padding_and_stride: [6, 3] { layer: Conv1d<2, 5, Pad<3>, Stride<2>> } "conv1d_pad";
    conv1d_with_padding_that_differs: [4, 2] { layer: Conv1d<3, 3, Pad<2, 1>> } "conv1d_sides";
    conv1d_that_looks_back: [7, 2] { layer: Conv1d<3, 3, Pad<Causal>, Dilation<2>> } "conv1d_causal";
    conv1d_that_looks_back_with_a_stride: [7, 2] { layer: Conv1d<3, 4, Pad<Causal>, Stride<2>> } "conv1d_causal_stride";
    conv1d_with_dilation: [9, 2] { layer: Conv1d<3, 3, Pad<2>, Stride<2>, Dilation<3>> } "conv1d_dilation";
    conv2d_and_relu: [2, 3, 4] { conv: Conv2d<3, 3, Pad<1>>, act: Relu } "conv2d_relu";
    conv2d_and_tanh: [2, 3, 4] { conv: Conv2d<3, 2>, act: Tanh } "conv2d_tanh";
    conv_transpose2d_and_relu: [2, 3, 4] { conv: ConvTranspose2d<3, 2>, act: Relu } "conv_transpose2d_relu";
    conv1d_and_relu: [5, 2] { conv: Conv1d<3, 2>, act: Relu } "conv1d_relu";
    squeeze_excite: [5, 4, 3] { layer: SqueezeExcite } "squeeze_excite";
}

/// A product of an image with a number for each of its channels.
#[network(input = [5, 4, 3])]
#[forward(|x| x * sigmoid(fc2(relu(fc1(pool(x))))))]
struct SqueezeExcite {
    pool: GlobalAvgPool,
    fc1: Dense<3>,
    fc2: Dense<5>,
}

/// An activation by itself, where its pieces meet and far from zero, and behind a layer, where it runs in place.
macro_rules! activations {
    ($($name:ident: { $($layer:tt)* } $case:literal;)*) => { $(
        mod $name {
            use super::*;

            networks! { in "layers":
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
