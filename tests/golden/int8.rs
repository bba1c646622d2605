//! Each operator of integers gives what LiteRT's reference kernel gives, bit for bit.
//!
//! `generate_int8.py` in this folder wrote the vectors.

use dl::Blank;
use dl::Pointwise;
use dl::layers::{Elu, Gelu, GeluTanh, HardSwish, HardTanh, LeakyRelu, Relu, Sigmoid, Softmax, Tanh};
use dl::options::{Dilation, Groups, Image, Kernel, Pad, Slide, Sliding, Stride};
use dl::quant::{
    AddInt8, Affine, At, AvgPoolInt8, ConvInt8, DenseInt8, GlobalAvgPoolInt8, Int8Layer, MaxPoolInt8, Method,
    Quantize, SoftmaxInt8, TableInt8,
};
use serde::Deserialize;

use crate::vectors::load;

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

/// One operator.
#[derive(Deserialize)]
struct Case {
    name: String,
    x: Integers,
    /// The second input of a sum.
    #[serde(default)]
    b: Option<Integers>,
    y: Integers,
    relu: bool,
    #[serde(default)]
    weight_scales: Vec<f64>,
    /// `[OUT, KH, KW, C / G]`
    #[serde(default)]
    weight: Vec<i8>,
    #[serde(default)]
    bias: Vec<i32>,
    inputs: Vec<Vec<Vec<i8>>>,
    outputs: Vec<Vec<i8>>,
}

/// What they stand for.
#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Integers {
    scale: f64,
    zero_point: i8,
}

impl Integers {
    pub(crate) fn affine(self) -> Affine {
        Affine { scale: self.scale as f32, zero_point: self.zero_point }
    }
}

impl Case {
    fn named(name: &str) -> Case {
        let file: File = load("int8");
        file.cases.into_iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case `{name}`"))
    }

    fn at(&self) -> At {
        let (x, y) = (self.x.affine(), self.y.affine());
        At { x, y, relu: self.relu, pixels: [1, 1], method: Method::MinMax }
    }

    /// Compares every output.
    fn check(&self, mut run: impl FnMut(&[Vec<i8>], &mut [i8])) {
        for (inputs, expected) in self.inputs.iter().zip(&self.outputs) {
            let mut y = vec![0; expected.len()];
            run(inputs, &mut y);
            assert_eq!(y, *expected, "{}", self.name);
        }
    }

    fn check_layer<L: Int8Layer<Work = ()>>(&self, layer: &L) {
        self.check(|inputs, y| layer.forward(&inputs[0], y, &mut ()));
    }
}

fn dense<const IN: usize, const OUT: usize>(name: &str) {
    let case = Case::named(name);
    let mut layer = DenseInt8::<IN, OUT>::ZERO;
    let (rows, rest) = case.weight.as_chunks();
    assert!(rest.is_empty() && rows.len() == OUT);
    for (o, row) in rows.iter().enumerate() {
        layer.set(o, row, case.bias[o], case.weight_scales[o] as f32, case.at());
    }
    case.check_layer(&layer);
}

fn conv<S: Sliding, const OUT: usize, const FAN: usize>(name: &str) {
    let case = Case::named(name);
    let mut layer = ConvInt8::<S, OUT, FAN>::ZERO;
    let ([kh, kw], channels) = (S::KERNEL, S::IMAGE[0] / S::GROUPS);
    assert_eq!(case.weight.len(), OUT * FAN);
    for o in 0..OUT {
        let weight =
            |[c, row, column]: [usize; 3]| case.weight[((o * kh + row) * kw + column) * channels + c];
        layer.set(o, weight, case.bias[o], case.weight_scales[o] as f32, case.at());
    }
    case.check_layer(&layer);
}

#[test]
fn dense_layers_equal_the_reference() {
    dense::<17, 9>("dense");
    dense::<64, 5>("dense_relu");
    dense::<4, 6>("dense_of_steps");
    dense::<3, 16>("dense_halves");
}

#[test]
fn convolutions_equal_the_reference() {
    conv::<Slide<Image<3, 6, 5>, Kernel<3, 2>>, 7, 18>("conv");
    conv::<Slide<Image<5, 7, 6>, Kernel<3>, Stride<1>, Dilation<1>, Pad<1>>, 3, 45>("conv_same");
    conv::<Slide<Image<2, 8, 6>, Kernel<3>, Stride<2>, Dilation<1>, Pad<0, 0, 1, 1>>, 5, 18>("conv_stride");
    conv::<Slide<Image<2, 7, 9>, Kernel<2, 4>, Stride<3, 2>, Dilation<1>, Pad<0, 1, 1, 2>>, 3, 16>(
        "conv_uneven",
    );
    conv::<Slide<Image<2, 8, 7>, Kernel<3, 2>, Stride<1>, Dilation<2, 3>, Pad<2, 1, 2, 2>>, 3, 12>(
        "conv_dilated",
    );
    conv::<Slide<Image<6, 4, 5>, Kernel<2>, Stride<1>, Dilation<1>, Pad<0>, Groups<3>>, 9, 8>("conv_groups");
    conv::<Slide<Image<9, 3, 3>, Kernel<1>>, 4, 9>("conv_pointwise");
    conv::<Slide<Image<3, 6, 5>, Kernel<2>>, 8, 12>("conv_halves");
    conv::<Slide<Image<3, 11, 1>, Kernel<4, 1>, Stride<2, 1>, Dilation<1>, Pad<1, 0, 2, 0>>, 5, 12>(
        "conv_steps",
    );
}

#[test]
fn depthwise_convolutions_equal_the_reference() {
    conv::<Slide<Image<7, 6, 5>, Kernel<3>, Stride<1>, Dilation<1>, Pad<0>, Groups<7>>, 7, 9>("depthwise");
    conv::<Slide<Image<5, 8, 6>, Kernel<3>, Stride<2>, Dilation<1>, Pad<0, 0, 1, 1>, Groups<5>>, 5, 9>(
        "depthwise_stride",
    );
    conv::<Slide<Image<3, 7, 8>, Kernel<3, 2>, Stride<1>, Dilation<2>, Pad<2, 1, 2, 1>, Groups<3>>, 3, 6>(
        "depthwise_dilated",
    );
    conv::<Slide<Image<9, 5, 5>, Kernel<2>, Stride<1>, Dilation<1>, Pad<0>, Groups<9>>, 9, 4>(
        "depthwise_halves",
    );
}

#[test]
fn pools_equal_the_reference() {
    type Halves<const C: usize, const H: usize, const W: usize> = Slide<Image<C, H, W>, Kernel<2>, Stride<2>>;
    type Same = Slide<Image<5, 7, 6>, Kernel<3>, Stride<2>, Dilation<1>, Pad<1, 0, 1, 1>>;
    Case::named("max_pool").check_layer(&MaxPoolInt8::<Halves<3, 5, 7>>::ZERO);
    Case::named("max_pool_same").check_layer(&MaxPoolInt8::<Same>::ZERO);
    Case::named("avg_pool").check_layer(&AvgPoolInt8::<Halves<3, 5, 7>>::ZERO);
    Case::named("avg_pool_halves")
        .check_layer(&AvgPoolInt8::<Slide<Image<4, 6, 6>, Kernel<2, 3>, Stride<1, 3>>>::ZERO);
    Case::named("avg_pool_global").check_layer(&GlobalAvgPoolInt8);
}

#[test]
fn sums_equal_the_reference() {
    for name in ["add", "add_relu", "add_saturates", "add_halves"] {
        let case = Case::named(name);
        let mut sum = AddInt8::ZERO;
        sum.set(case.b.unwrap_or(case.x).affine(), case.at());
        case.check(|inputs, y| sum.forward(&inputs[0], &inputs[1], y));
    }
}

/// With so many pairs of scales.
fn function<F: Pointwise<f64>>(name: &str, count: usize) {
    for i in 0..count {
        let case = Case::named(&format!("{name}_{i}"));
        let mut table = TableInt8::ZERO;
        assert_eq!(table.fill::<F>(case.x.affine(), case.y.affine()), case.y.affine());
        case.check(|inputs, y| table.forward(&inputs[0], y));
    }
}

#[test]
fn activations_equal_the_reference_at_every_integer() {
    function::<Tanh>("tanh", 4);
    function::<Sigmoid>("sigmoid", 4);
    function::<Relu>("relu", 5);
    function::<LeakyRelu>("leaky_relu", 4);
    function::<LeakyRelu<1, 5>>("leaky_relu_fifth", 3);
    function::<HardTanh>("hard_tanh", 4);
    function::<HardSwish>("hard_swish", 6);
    function::<Elu>("elu", 4);
    function::<Gelu>("gelu", 5);
    function::<GeluTanh>("gelu_tanh", 4);
}

fn softmax<const N: usize>(name: &str) {
    let case = Case::named(name);
    let mut layer = SoftmaxInt8::<N>::ZERO;
    let y = Quantize::<N, N>::quantize(&Softmax::<N>, &mut layer, case.at(), &mut ());
    assert_eq!(y, case.y.affine());
    case.check_layer(&layer);
}

#[test]
fn softmax_equals_the_reference() {
    softmax::<10>("softmax");
    softmax::<3>("softmax_of_three");
    softmax::<12>("softmax_wide");
}
