//! Training that knows of the integers to come.
#![forbid(unsafe_code)]

use dl::host::data::split;
use dl::optim::QuantizationAware;
use dl::params::Path;
use dl::prelude::*;
use dl::quant::{Calibration, Int8Network, Method, QuantizeNetwork};
use dl::{Blank, Vals};

#[network(input = [64], int8)]
struct Plain {
    fc: Dense<32>,
    act: Relu,
    head: Dense<10>,
}

#[network(input = [64], int8, quantization_aware)]
struct Aware {
    fc: Dense<32>,
    act: Relu,
    head: Dense<10>,
}

#[network(input = [1, 8, 8], int8, quantization_aware)]
struct Deep {
    conv: Conv2d<6, 3, Pad<1>, NoBias>,
    norm: BatchNorm,
    act: Relu,
    depth: Depthwise2d<3>,
    norm2: BatchNorm,
    act2: Relu,
    drop: Dropout<0.1>,
    point: Conv2d<8, 1>,
    act3: Gelu,
    pool: MaxPool2d<2>,
    flat: Flatten,
    head: Dense<10>,
}

/// Residual: where values are rounded is said by hand.
#[network(input = [4], int8)]
#[forward(|x| sum(relu(x + after(fc(x)))))]
struct Graph {
    fc: Dense<4>,
    after: FakeQuantize,
    sum: FakeQuantize,
}

/// The digits that smartcore carries: images and labels to train with, and others.
fn digits() -> [(Vec<[f32; 64]>, Vec<u16>); 2] {
    let digits = smartcore::dataset::digits::load_dataset();
    let (pixels, _) = digits.data.as_chunks::<64>();
    let images: Vec<_> = pixels.iter().map(|image| image.map(|grey| grey / 16.0)).collect();
    let labels: Vec<_> = digits.target.iter().map(|&digit| digit as u16).collect();
    let split = split::by_count(images.len(), 1437, 0);
    [&split.train, &split.test].map(|part| (split::pick(&images, part), split::pick(&labels, part)))
}

/// Makes one hidden number 10,000 times as large as the others, and its weights behind it as small: the same function.
fn unbalance<N: Network<Scalar = f32>>(net: &mut N) {
    net.zip([], Path::ROOT, &mut |at, param, []| match at.to_string().as_str() {
        "fc.weight" => param.values.iter_mut().step_by(32).for_each(|w| *w *= 1e4),
        "fc.bias" => param.values[0] *= 1e4,
        "head.weight" => param.values[..10].iter_mut().for_each(|w| *w /= 1e4),
        _ => (),
    });
}

/// Copies the parameters that both have.
fn continue_from<N: Network<Scalar = f32>>(net: &mut N, trained: &impl Network<Scalar = f32>) {
    net.zip([], Path::ROOT, &mut |at, to, []| {
        trained.visit(Path::ROOT, &mut |path, from| {
            if path.to_string() == at.to_string() {
                to.values.copy_from_slice(from.values);
            }
        });
    });
}

fn best(scores: &[f32]) -> u16 {
    (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0) as u16
}

/// The share of right answers with floats, and with integers.
fn accuracies<N, F>(net: &N) -> [f32; 2]
where
    N: Fold<Folded = F> + Network<Scalar = f32, In = Vals<64>, Out = Vals<10>>,
    F: QuantizeNetwork<64, 10>,
{
    let [(train, _), (test, labels)] = digits();
    let mut calibration = Calibration::boxed(net);
    train[..200].iter().for_each(|x| calibration.observe(x));
    let mut int8 = dl::place::zeroed_box::<F::Int8>();
    calibration.quantize(&mut int8, Method::MinMax).unwrap();
    let mut model = Model::<N>::boxed(0);
    dl::params::copy(model.net_mut(), net);
    let (mut y, mut memory) = ([0.0; 10], dl::place::zeroed_box());
    let mut right = [0; 2];
    for (x, label) in test.iter().zip(&labels) {
        int8.predict(x, &mut y, &mut memory);
        right[0] += (best(&model.predict(x)[..]) == *label) as usize;
        right[1] += (best(&y) == *label) as usize;
    }
    right.map(|right| right as f32 / test.len() as f32)
}

#[test]
fn a_network_that_knows_of_its_integers_loses_less_by_them() {
    let [(train, labels), _] = digits();
    let data = (&train[..], &labels[..]);
    let adam = AdamW::new(4e-3);
    let mut plain = PlainTrainer::<CrossEntropy, _>::boxed_with(CrossEntropy::new(), adam, 0);
    unbalance(plain.net_mut());
    plain.fit(&data, (), Fit::new(15, 32), ()).unwrap();
    let mut aware =
        AwareTrainer::<CrossEntropy, _>::boxed_with(CrossEntropy::new(), QuantizationAware(adam), 0);
    continue_from(aware.net_mut(), plain.net());
    aware.fit(&data, (), Fit::new(20, 32), ()).unwrap();

    let [floats, integers] = accuracies(plain.net());
    let [aware_floats, aware_integers] = accuracies(aware.net());
    println!(
        "{floats} with floats, {integers} with integers; aware of them {aware_floats} and {aware_integers}"
    );
    assert!(floats > 0.9 && floats - integers > 0.03, "{floats} with floats, {integers} with integers");
    let (lost, aware_lost) = (floats - integers, floats - aware_integers);
    assert!(aware_lost < 0.5 * lost, "{lost} lost, and {aware_lost} after training that knows of it");
    assert!((aware_floats - aware_integers).abs() < 0.01, "{aware_floats} and {aware_integers}");
}

/// All parameters and buffers, by name.
fn names<N: Network<Scalar = f32>>() -> Vec<String> {
    let (net, mut names) = (N::boxed(0), Vec::new());
    net.visit(Path::ROOT, &mut |path, _| names.push(path.to_string()));
    names
}

#[test]
fn ranges_stand_behind_values_that_become_integers_of_their_own() {
    let ranges: Vec<_> = names::<Deep<f32>>().into_iter().filter(|name| name.ends_with(".range")).collect();
    let expected = ["act_range", "act2_range", "point_range", "act3_range", "head_range"];
    assert_eq!(ranges, expected.map(|name| format!("{name}.range")));
}

#[test]
fn integers_have_the_ranges_that_were_learnt() {
    let [(train, labels), _] = digits();
    let optimizer = QuantizationAware(Adam::new(2e-3));
    let mut trainer = DeepTrainer::<CrossEntropy, _>::boxed_with(CrossEntropy::new(), optimizer, 0);
    trainer.fit(&(&train[..], &labels[..]), (), Fit::new(4, 32), ()).unwrap();
    let mut calibration = Calibration::boxed(trainer.net());
    train[..50].iter().for_each(|x| calibration.observe(x));
    let mut int8 = dl::place::zeroed_box::<DeepInt8>();
    calibration.quantize(&mut int8, Method::MinMax).unwrap();
    let net = trainer.net();
    let learnt = |range: &dl::layers::FakeQuantize<f32>| range.affine().unwrap();
    assert_eq!(int8.ends()[1], learnt(&net.head_range));
    assert_eq!(int8.depth.x_zero, learnt(&net.act_range).zero_point);
    assert_eq!(int8.point.x_zero, learnt(&net.act2_range).zero_point);
    let mut seen = 0;
    train[..50].iter().for_each(|x| calibration.compare(&int8, x));
    calibration.report().each(|path, value| {
        println!("{path}: {}", value.relative_error());
        // before a range floats are not rounded, nor cut off
        if path.to_string().ends_with("_range") {
            seen += 1;
            assert!(value.relative_error() < 0.05, "{path}: {}", value.relative_error());
        }
    });
    assert_eq!(seen, 5);
    let [floats, integers] = accuracies(trainer.net());
    assert!(
        floats > 0.8 && (floats - integers).abs() < 0.02,
        "{floats} with floats, {integers} with integers"
    );
}

#[test]
fn a_graph_says_by_itself_where_values_are_rounded() {
    let mut trainer = GraphTrainer::<Mse, _>::boxed_with(Mse, QuantizationAware(Sgd::new(0.05)), 0);
    let (x, y) =
        ([[1.0, -2.0, 0.5, 0.25], [0.5, 0.5, -1.0, 1.0]], [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0]]);
    let first = trainer.step(&(&x, &y)).unwrap().loss;
    for _ in 0..200 {
        trainer.step(&(&x, &y)).unwrap();
    }
    assert!(trainer.step(&(&x, &y)).unwrap().loss < 0.3 * first);
    let mut calibration = Calibration::boxed(trainer.net());
    x.iter().for_each(|x| calibration.observe(x));
    let mut int8 = GraphInt8::ZERO;
    calibration.quantize(&mut int8, Method::MinMax).unwrap();
    assert_eq!(Some(int8.ends()[1]), trainer.net().sum.affine());
}
