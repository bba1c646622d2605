//! Networks of integers: close to the floats that they are made from.
#![forbid(unsafe_code)]

use dl::Blank;
use dl::host::data::split;
use dl::params::{Kind, Path};
use dl::prelude::*;
use dl::quant::{
    Calibration, Flash, FlashError, Int8Layer, Int8Memory, Int8Network, Method, QuantizeNetwork,
};
use dl::{SMatrix, Vals};

/// A network with random parameters and running statistics.
fn random<N: Network<Scalar = f32>>() -> Box<N> {
    let mut net = N::boxed(0);
    let mut rng = Rng::new(1);
    net.zip([], Path::ROOT, &mut |at, param, []| {
        if param.kind == Kind::Buffer || param.kind == Kind::Norm {
            let positive = at.to_string().ends_with("var") || at.to_string().ends_with("weight");
            for value in param.values {
                let random = 0.3 * rng.normal();
                *value = (if positive { 1.0 + random * random } else { random }) as f32;
            }
        }
    });
    net
}

fn inputs<const X: usize>() -> Vec<[f32; X]> {
    let mut rng = Rng::new(2);
    (0..if X > 400 { 3 } else { 40 }).map(|_| [(); X].map(|_| rng.normal() as f32)).collect()
}

/// Quantizes a network by some inputs, and compares both on them: the largest error of a value, relative to it, and all.
fn errors<N, F, const X: usize, const Y: usize>(net: &N, method: Method) -> (f32, Vec<(String, f32)>)
where
    N: Fold<Folded = F>,
    F: QuantizeNetwork<X, Y>,
{
    let mut calibration = Calibration::boxed(net);
    let inputs = inputs::<X>();
    inputs.iter().for_each(|x| calibration.observe(x));
    let mut int8 = dl::place::zeroed_box::<F::Int8>();
    calibration.quantize(&mut int8, method).unwrap();
    inputs.iter().for_each(|x| calibration.compare(&int8, x));
    let (report, mut all) = (calibration.report(), Vec::new());
    report.each(|path, value| all.push((path.to_string(), value.relative_error())));
    println!("{report}");
    (report.largest(), all)
}

macro_rules! close {
    ($net:path, $most:expr) => {{
        let net = random::<$net>();
        let (largest, all) = errors(&*net, Method::MinMax);
        assert!(largest < $most && largest > 1e-4, "{}: {all:?}", stringify!($net));
        all
    }};
}

#[network(input = [7], int8)]
struct OfFeatures {
    fc: Dense<9>,
    act: Relu,
    bare: Dense<5, NoBias>,
    act2: Tanh,
    drop: Dropout<0.5>,
    fc2: Dense<6>,
    act3: Gelu,
    fc3: Dense<3>,
    soft: Softmax,
}

#[network(input = [3, 9, 8], int8)]
struct OfImages {
    conv: Conv2d<5, 3, Pad<1>, Stride<2>>,
    act: Relu,
    depth: Depthwise2d<3, Pad<Same>, NoBias>,
    norm: BatchNorm,
    act2: Relu,
    point: Conv2d<6, 1>,
    act3: Sigmoid,
    pool: MaxPool2d<2>,
    mean: AvgPool2d<2>,
    flat: Flatten,
    head: Dense<4>,
}

#[network(input = [3, 8, 8], int8)]
struct Flattened {
    conv: Conv2d<5, 3>,
    act: Relu,
    pool: MaxPool2d<2>,
    flat: Flatten,
    drop: Dropout<0.5>,
    act2: Gelu,
    head: Dense<4>,
}

#[network(input = [12, 3], int8)]
struct OfSteps {
    conv: Conv1d<6, 3, Stride<2>, Pad<1>>,
    norm: BatchNorm,
    act: Relu,
    each: Dense<4>,
    act2: HardSwish,
    pool: MaxPool1d<2>,
    mean: GlobalAvgPool,
}

#[test]
fn chains_stay_close() {
    let all = close!(OfFeatures, 0.03);
    let expected = ["x", "fc", "bare", "act2", "drop", "fc2", "act3", "fc3", "soft"];
    assert!(all.iter().map(|(name, _)| name).eq(expected), "{all:?}");
    close!(OfImages, 0.03);
    close!(Flattened, 0.03);
    close!(OfSteps, 0.03);
}

#[network(input = [4, 6, 6], int8)]
#[forward(|x| relu(x + norm2(conv2(relu(norm1(conv1(x)))))))]
struct Residual {
    conv1: Conv2d<4, 3, Pad<1>, NoBias>,
    norm1: BatchNorm,
    conv2: Conv2d<4, 3, Pad<1>, NoBias>,
    norm2: BatchNorm,
}

#[network(input = [3, 6, 6], int8)]
struct Nested {
    stem: Conv2d<4, 3, Pad<1>>,
    norm: BatchNorm,
    act: Relu,
    first: Residual,
    blocks: [Residual; 2],
    pool: GlobalAvgPool,
    more: [Dense<4>; 2],
    head: Dense<3>,
}

#[test]
fn residual_nested_and_repeated_networks_stay_close() {
    close!(Residual, 0.03);
    let all = close!(Nested, 0.05);
    for name in ["stem", "first", "first.conv1", "blocks.1", "blocks.1.conv2", "more.0"] {
        assert!(all.iter().any(|(other, _)| other == name), "{name} is not in {all:?}");
    }
}

/// A layer of the user's own.
#[derive(dl::Params)]
struct Scale<const N: usize, T = f32> {
    #[param(init = ones)]
    weight: dl::nalgebra::SVector<T, N>,
}

impl<E: dl::Edge, const N: usize, T> dl::Fit<E> for Scale<N, T> {
    const OUT: dl::Fitted = Ok(E::SHAPE);
}

impl<T: dl::Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Scale<N, T> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        for b in 0..B {
            y.set_column(b, &x.column(b).component_mul(&self.weight));
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        _: &SMatrix<T, N, B>,
        _: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
    }
}

#[network(input = [2, 4, 3], int8)]
struct Kept {
    up: ConvTranspose2d<3, 2, Stride<2>>,
    norm: GroupNorm<1>,
    act: Relu,
    scale: Scale<144>,
    conv: Conv2d<2, 3>,
    flat: Flatten,
    norm2: RmsNorm,
    fc: Dense<3>,
}

#[network(input = [6, 2], int8)]
struct Recurrent {
    gru: Gru<5, Last>,
    head: Dense<3>,
}

/// The input is read before the output is written.
#[network(input = [4], int8)]
struct Wide {
    up: Dense<9>,
    act: Relu,
    down: Dense<4>,
}

/// A network of integers that has seen some inputs.
fn quantized<N, F, const X: usize, const Y: usize>() -> Box<F::Int8>
where
    N: Fold<Folded = F> + Network<Scalar = f32>,
    F: QuantizeNetwork<X, Y>,
{
    let mut calibration = Calibration::boxed(&*random::<N>());
    inputs::<X>().iter().for_each(|x| calibration.observe(x));
    let mut int8 = dl::place::zeroed_box::<F::Int8>();
    calibration.quantize(&mut int8, Method::MinMax).unwrap();
    int8
}

/// What `net` puts in place of `x`, which is what it makes of it elsewhere, and the bytes that this takes more.
fn replaced<L: Int8Layer, const N: usize>(net: &L, x: [i8; N]) -> ([i8; N], usize) {
    let (mut y, mut xy, mut work, mut spare) = ([0; N], x, L::Work::ZERO, L::Spare::<N>::ZERO);
    net.forward(&x, &mut y, &mut work);
    net.replace::<N>(&mut xy, &mut spare, &mut work);
    assert_eq!(xy, y);
    (y, size_of::<L::Spare<N>>())
}

#[test]
fn an_output_takes_the_place_of_its_input() {
    assert_eq!(replaced(&*quantized::<Wide, _, 4, 4>(), [100, -7, 0, -128]).1, 0);
    let x: [i8; 144] = core::array::from_fn(|i| (i * 37 % 256) as u8 as i8);
    assert_eq!(replaced(&*quantized::<Residual, _, 144, 144>(), x).1, 144); // its input is read again at its end
    let nested = quantized::<Nested, _, 108, 3>();
    let (y, bytes) = replaced(&nested.blocks, x);
    assert_eq!(bytes, 0);
    let one_by_one = nested.blocks.0.iter().fold(x, |x, block| replaced(block, x).0);
    assert_eq!(y, one_by_one);
    // two values of 8,000 numbers outside of the blocks, and one inside
    assert_eq!(size_of::<<dl::zoo::DsCnnInt8 as Int8Layer>::Work>(), 24_000);
}

#[test]
fn layers_without_a_form_in_integers_stay_in_floats() {
    close!(Kept, 0.03);
    close!(Recurrent, 0.03);
}

#[test]
fn networks_that_everybody_compares_with_stay_close() {
    close!(dl::zoo::DsCnn, 0.1);
    close!(dl::zoo::ResNet8, 0.1);
    close!(dl::zoo::Autoencoder, 0.1);
}

#[test]
fn a_prediction_is_that_of_the_floats_but_for_rounding() {
    let net = random::<OfImages>();
    let mut model = Model::<OfImages>::boxed(0);
    dl::params::copy(model.net_mut(), &*net);
    let (inputs, mut calibration) = (inputs::<216>(), Calibration::boxed(&*net));
    inputs.iter().for_each(|x| calibration.observe(x));
    for method in [Method::MinMax, Method::MovingAverage, Method::Percentile(99.9)] {
        let mut int8 = OfImagesInt8::ZERO;
        calibration.quantize(&mut int8, method).unwrap();
        let (mut y, mut memory) = ([0.0; 4], Int8Memory::ZERO);
        let (mut error, mut size) = (0.0, 0.0);
        for x in &inputs {
            int8.predict(x, &mut y, &mut memory);
            for (y, expected) in y.iter().zip(model.predict(x)) {
                error += (y - expected) * (y - expected);
                size += expected * expected;
            }
        }
        let relative = (error / size).sqrt();
        assert!(relative < 0.1, "{method:?}: the outputs differ by {relative}");
    }
}

#[test]
fn nothing_is_quantized_before_an_input_was_seen() {
    let mut calibration = Calibration::boxed(&*OfFeatures::<f32>::boxed(0));
    let mut int8 = OfFeaturesInt8::ZERO;
    let error = calibration.quantize(&mut int8, Method::MinMax).unwrap_err();
    assert!(error.to_string().starts_with("no input was seen"), "{error}");
}

#[test]
fn a_twin_lies_in_a_static_and_its_scratch_memory_is_small() {
    static NET: OfImagesInt8 = OfImagesInt8::ZERO;
    let mut memory = Int8Memory::<OfImagesInt8Work, 216, 4>::ZERO;
    NET.forward(&memory.x, &mut memory.y, &mut memory.work);
    assert!(size_of::<OfImagesInt8Work>() <= 5 * 5 * 4 + 6 * 5 * 4 + 8, "{}", size_of::<OfImagesInt8Work>());
}

#[test]
fn a_twin_is_read_where_its_bytes_lie() {
    fn check<
        N: Network<Scalar = f32> + Fold<Folded = F>,
        F: QuantizeNetwork<X, Y>,
        const X: usize,
        const Y: usize,
        const BYTES: usize,
    >(
        _: [(); BYTES],
    ) -> Box<Flash<BYTES>> {
        let net = random::<N>();
        let (mut calibration, mut int8) = (Calibration::boxed(&*net), dl::place::zeroed_box::<F::Int8>());
        inputs::<X>().iter().for_each(|x| calibration.observe(x));
        calibration.quantize(&mut int8, Method::MinMax).unwrap();
        let bytes = Box::new(Flash::<BYTES>(int8.to_bytes().try_into().unwrap()));
        let read = F::Int8::in_flash(&bytes).unwrap();
        let (mut y, mut z) = ([0.0; Y], [0.0; Y]);
        let mut memory = dl::place::zeroed_box::<Int8Memory<_, X, Y>>();
        for x in inputs() {
            int8.predict(&x, &mut y, &mut memory);
            read.predict(&x, &mut z, &mut memory);
            assert_eq!(y, z);
        }
        bytes
    }
    check::<Nested, _, _, _, _>([(); size_of::<NestedInt8>()]);
    check::<Kept, _, _, _, _>([(); size_of::<KeptInt8>()]);
    let summary = OfFeaturesInt8::summary();
    assert_eq!((summary.name, summary.param_bytes), ("OfFeaturesInt8", size_of::<OfFeaturesInt8>()));
    assert_eq!(summary.macs, OfFeatures::MACS);
    let mut bytes = check::<OfFeatures, _, _, _, _>([(); size_of::<OfFeaturesInt8>()]);
    assert_eq!(
        OfFeaturesInt8::in_flash(&Flash([0; 3])).map(|_| ()),
        Err(FlashError::Length { found: 3, expected: size_of::<OfFeaturesInt8>() })
    );
    bytes.0.fill(0);
    assert_eq!(OfFeaturesInt8::in_flash(&bytes).map(|_| ()), Err(FlashError::Foreign));
}

#[network(input = [64], int8)]
struct Digits {
    fc1: Dense<64>,
    act1: Relu,
    fc2: Dense<32>,
    act2: Relu,
    head: Dense<10>,
}

#[network(input = [1, 8, 8], int8)]
struct SmallLeNet {
    conv1: Conv2d<8, 3, Pad<1>, NoBias>,
    norm1: BatchNorm,
    act1: Relu,
    pool1: MaxPool2d<2>,
    conv2: Conv2d<16, 3, Pad<1>>,
    act2: Relu,
    flat: Flatten,
    fc: Dense<32>,
    act3: Relu,
    head: Dense<10>,
}

/// Trains on the digits that smartcore carries, quantizes by 200 of them, and counts the right answers on 360 others.
macro_rules! digits {
    ($net:ident, $trainer:ident, $int8:ident) => {{
        let digits = smartcore::dataset::digits::load_dataset();
        let (pixels, _) = digits.data.as_chunks::<64>();
        let images: Vec<_> = pixels.iter().map(|image| image.map(|grey| grey / 16.0)).collect();
        let labels: Vec<_> = digits.target.iter().map(|&digit| digit as u16).collect();
        let split = split::by_count(images.len(), 1437, 0);
        let (train, train_labels) = (split::pick(&images, &split.train), split::pick(&labels, &split.train));
        let (test, test_labels) = (split::pick(&images, &split.test), split::pick(&labels, &split.test));
        let mut trainer =
            $trainer::<CrossEntropy, AdamW>::boxed_with(CrossEntropy::new(), AdamW::new(4e-3), 0);
        trainer.fit(&(&train[..], &train_labels[..]), (), Fit::new(12, 32), ()).unwrap();

        let right = |scores: &[f32], label: u16| {
            let best = (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0);
            (best as u16 == label) as usize
        };
        let pairs = || test.iter().zip(&test_labels);
        let floats: usize = pairs().map(|(x, label)| right(trainer.predict(x), *label)).sum();
        assert!(floats > 335, "only {floats} of 360 are right with floats");
        let mut calibration = Calibration::boxed(trainer.net());
        train[..200].iter().for_each(|x| calibration.observe(x));
        for method in [Method::MinMax, Method::MovingAverage, Method::Percentile(99.95)] {
            let mut int8 = Box::new($int8::ZERO);
            calibration.quantize(&mut int8, method).unwrap();
            let (mut y, mut memory) = ([0.0; 10], dl::Blank::ZERO);
            let count = |(x, label): (&[f32; 64], &u16)| {
                int8.predict(x, &mut y, &mut memory);
                right(&y, *label)
            };
            let integers: usize = pairs().map(count).sum();
            println!("{}: {floats} of 360 with floats, {integers} with integers by {method:?}", stringify!($net));
            assert!(integers + 2 > floats, "{method:?}: {integers} of 360, {floats} with floats"); // 0.5 points are 1.8
        }
        let (floats, integers) = ($net::PARAMS * 4, size_of::<$int8>());
        assert!(integers * 3 < floats, "{}: {integers} bytes, {floats} with floats", stringify!($net));
    }};
}

#[test]
fn digits_lose_at_most_half_a_point_and_take_less_than_a_third_of_the_memory() {
    digits!(Digits, DigitsTrainer, DigitsInt8);
    digits!(SmallLeNet, SmallLeNetTrainer, SmallLeNetInt8);
}
