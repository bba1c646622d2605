//! The twin without batch norms gives in inference what the network gives.
#![forbid(unsafe_code)]

use dl::params::{Kind, Path};
use dl::prelude::*;
use dl::{SMatrix, Vals};

/// A network, its twin, and the largest difference of their outputs, relative to the largest output.
macro_rules! difference {
    ($net:ident, $folded:ident, $t:ty) => {{
        let mut net = $net::<$t>::boxed(0);
        let mut rng = Rng::new(1);
        net.zip([], Path::ROOT, &mut |at, param, []| {
            let positive = param.kind == Kind::Buffer && at.to_string().ends_with("var");
            for value in param.values {
                let random = rng.normal();
                *value = (if positive { 0.2 + random * random } else { random }) as $t;
            }
        });
        let mut folded = $folded::<$t>::boxed(2);
        net.fold_into(&mut folded);
        difference::<$t, _, _, _, _>(&*net, &*folded)
    }};
}

fn difference<T: dl::Real, N, F, const I: usize, const O: usize>(net: &N, folded: &F) -> f64
where
    N: Network<Scalar = T, In = Vals<I>, Out = Vals<O>>,
    F: Network<Scalar = T, In = Vals<I>, Out = Vals<O>>,
{
    let mut rng = Rng::new(3);
    let x = SMatrix::<T, I, 3>::from_fn(|_, _| T::of(rng.normal()));
    let [mut y, mut z] = [SMatrix::<T, O, 3>::zeros(); 2];
    let (mut work, mut folded_work) = (dl::Blank::ZERO, dl::Blank::ZERO);
    net.forward(&x, &mut y, None, &mut work, Pass::infer());
    folded.forward(&x, &mut z, None, &mut folded_work, Pass::infer());
    let largest = y.iter().fold(0.0, |m: f64, y| m.max(y.to_f64().abs()));
    assert!(largest > 1e-3, "all outputs are nearly zero");
    y.iter().zip(&z).fold(0.0, |m: f64, (y, z)| m.max((y.to_f64() - z.to_f64()).abs())) / largest
}

macro_rules! equal {
    ($net:ident, $folded:ident) => {
        let (double, single) = (difference!($net, $folded, f64), difference!($net, $folded, f32));
        assert!(double < 1e-12, "{}: f64 differs by {double:e}", stringify!($net));
        assert!(single < 1e-5, "{}: f32 differs by {single:e}", stringify!($net));
    };
}

#[network(input = [5], folded)]
struct OfFeatures {
    fc: Dense<7>,
    norm: BatchNorm,
    act: Tanh,
    bare: Dense<3, NoBias>,
    norm2: BatchNorm,
}

#[network(input = [9, 3], folded)]
struct OfSteps {
    conv: Conv1d<5, 3, Stride<2>, Pad<1>>,
    norm: BatchNorm,
    act: Relu,
    fc: Dense<4, NoBias>,
    norm2: BatchNorm,
    act2: Tanh,
    bare: Conv1d<3, 2, NoBias>,
    norm3: BatchNorm,
}

#[network(input = [4, 5, 6], folded)]
struct OfImages {
    conv: Conv2d<6, Kernel<3, 2>, Groups<2>, Pad<1>>,
    norm: BatchNorm,
    act: Relu,
    depth: Depthwise2d<3, NoBias>,
    norm2: BatchNorm,
    act2: Relu,
    point: Conv2d<5, 1, NoBias>,
    norm3: BatchNorm,
}

#[network(input = [4, 3, 5], folded)]
struct Upwards {
    up: ConvTranspose2d<6, Kernel<3, 2>, Stride<2>, Groups<2>>,
    norm: BatchNorm,
    act: Relu,
    bare: ConvTranspose2d<3, 2, NoBias>,
    norm2: BatchNorm,
}

#[test]
fn each_kind_of_layer_takes_in_a_norm() {
    equal!(OfFeatures, OfFeaturesFolded);
    equal!(OfSteps, OfStepsFolded);
    equal!(OfImages, OfImagesFolded);
    equal!(Upwards, UpwardsFolded);
}

fn names(net: &impl Params<f32>) -> Vec<String> {
    let mut names = Vec::new();
    net.visit(Path::ROOT, &mut |at, _| names.push(at.to_string()));
    names
}

#[test]
fn the_twin_has_the_same_names_but_for_the_norms_and_a_bias() {
    let folded = OfFeaturesFolded::boxed(0);
    assert_eq!(names(&*folded), ["fc.weight", "fc.bias", "bare.weight", "bare.bias"]);
    assert_eq!(OfFeaturesFolded::PARAMS, 5 * 7 + 7 + 7 * 3 + 3);
    let summary = OfFeaturesFolded::summary().to_string();
    assert!(summary.contains("Dense<3> ") && !summary.contains("NoBias"), "{summary}");
    assert!(!OfFeaturesFolded::graph().to_string().contains("norm"));
}

/// Some norms can be folded and some cannot.
#[network(input = [6], folded = Fewer)]
#[forward(|x| {
    let a = norm1(fc1(norm0(x)));
    let b = fc2(a);
    let c = norm2(b);
    let d = tanh(norm3(shared(tanh(b + c))));
    let e = { norm4({ fc3(a - (shared(d))) }) };
    let f = fc4(e);
    let g = norm5(f);
    let g = norm6(tanh(g));
    relu(norm7(flatten(fc5(g))) + a)
})]
struct Graph {
    norm0: BatchNorm,
    fc1: Dense<6>,
    norm1: BatchNorm,
    fc2: Dense<6>,
    norm2: BatchNorm,
    shared: Dense<6>,
    norm3: BatchNorm,
    fc3: Dense<6>,
    norm4: BatchNorm,
    fc4: Dense<4, NoBias>,
    norm5: BatchNorm,
    norm6: BatchNorm,
    fc5: Dense<6>,
    norm7: BatchNorm,
}

#[test]
fn in_a_graph_a_norm_is_folded_where_it_alone_reads_a_product() {
    equal!(Graph, Fewer);
    let norms: Vec<_> = names(&*Fewer::boxed(0)).into_iter().filter(|name| name.ends_with("var")).collect();
    let stay = ["norm0", "norm2", "norm3", "norm6", "norm7"].map(|name| format!("{name}.running_var"));
    assert_eq!(norms, stay);
}

#[network(input = [4, 6, 6], folded)]
#[forward(|x| relu(x + norm2(conv2(relu(norm1(conv1(x)))))))]
struct Residual {
    conv1: Conv2d<4, 3, Pad<1>, NoBias>,
    norm1: BatchNorm,
    conv2: Conv2d<4, 3, Pad<1>, NoBias>,
    norm2: BatchNorm,
}

/// Nothing to fold: it is its own twin.
#[network(input = [4, 6, 6])]
struct Plain {
    norm: BatchNorm,
    act: Tanh,
    conv: Conv2d<4, 1>,
}

/// A layer of the user's own.
#[derive(dl::Params)]
struct Scale<const N: usize, T = f32> {
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

#[network(input = [3, 6, 6], folded)]
struct Nested {
    stem: Conv2d<4, 3, Pad<1>>,
    norm: BatchNorm,
    blocks: [Residual; 2],
    plain: Plain,
    deep: [[Residual; 2]; 2],
    scale: Scale<144>,
    flat: Flatten,
    more: [Dense<144>; 2],
    head: Dense<3>,
}

#[test]
fn nested_networks_and_layers_of_the_users_own_are_in_the_twin_by_theirs() {
    equal!(Nested, NestedFolded);
    let names = names(&*NestedFolded::boxed(0));
    let norms: Vec<_> = names.iter().filter(|name| name.contains("norm")).collect();
    assert_eq!(norms.len(), 4, "{norms:?}"); // of `plain`
    assert!(names.iter().any(|name| name == "deep.1.0.conv2.bias"), "{names:?}");
}

#[network(input = [IN], folded)]
struct OfConstants<const IN: usize, const H: usize> {
    fc: Dense<H, NoBias>,
    norm: BatchNorm,
    act: Relu,
}

#[test]
fn a_network_with_const_parameters_has_a_twin_with_the_same() {
    type Net<T> = OfConstants<3, 7, T>;
    type Twin<T> = OfConstantsFolded<3, 7, T>;
    equal!(Net, Twin);
}

#[test]
fn a_twin_trains() {
    let mut trainer = OfFeaturesFoldedTrainer::<Mse, Adam>::boxed(0);
    let batch = ([[0.1, 0.2, 0.3, 0.4, 0.5]], [[1.0, -1.0, 0.5]]);
    let first = trainer.step(&batch).unwrap().loss;
    for _ in 0..20 {
        trainer.step(&batch).unwrap();
    }
    assert!(trainer.step(&batch).unwrap().loss < first);
}
