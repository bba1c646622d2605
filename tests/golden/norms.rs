//! Normalizations; batch norm in both modes, with its running statistics, and in chunks that are not full.

use dl::layer::{GradOf, TapeOf, WorkOf};
use dl::nalgebra::SMatrix;
use dl::network;
use dl::place::zeroed_box;
use dl::{Network, Pass, Rng, Vals};

use crate::close::assert_close;
use crate::layers::{chunk, networks};
use crate::tensors::{gradients, parameters, set_parameters};
use crate::vectors::{LayerRun, Norms, Tensors, find, load};

networks! { in "norms":
    layer_norm: [7] { layer: LayerNorm } "layer_norm";
    layer_norm_of_steps: [3, 5] { layer: LayerNorm } "layer_norm_steps";
    layer_norm_of_many_features: [35] { layer: LayerNorm } "layer_norm_large";
    rms_norm: [7] { layer: RmsNorm } "rms_norm";
    rms_norm_of_steps: [3, 5] { layer: RmsNorm } "rms_norm_steps";
    group_norm_of_a_whole_image: [3, 2, 5] { layer: GroupNorm<1> } "group_norm_1";
    group_norm_of_pairs_of_channels: [6, 3, 2] { layer: GroupNorm<3> } "group_norm_3";
    group_norm_of_each_channel: [5, 1, 3] { layer: GroupNorm<5> } "group_norm_each";
    group_norm_of_features: [6] { layer: GroupNorm<2> } "group_norm_features";
    instance_norm: [3, 2, 5] { layer: InstanceNorm } "instance_norm";
}

/// Runs a network of one batch norm on run `i` of `name`: `LIVE` samples in a chunk of `B`.
fn check<N, const I: usize, const LIVE: usize, const B: usize>(name: &str, i: usize)
where
    N: Network<Scalar = f64, In = Vals<I>, Out = Vals<I>>,
{
    let file: Norms = load("norms");
    let case = find(&file.batch_norms, name);
    assert_eq!(N::INPUT.dims(), case.input, "{name}: the shape of a sample");
    let run = &case.runs[i];
    assert_eq!(run.train.x.len(), LIVE);

    let mut net = zeroed_box::<N>();
    set_parameters(&mut *net, &case.parameters);
    let what = format!("{name}, {LIVE} of {B} samples");
    pass::<N, I, LIVE, B>(&mut net, &run.train, Pass::train(Rng::new(0)), &format!("{what}, training"));
    same(&parameters(&*net), &run.after, &what);
    set_parameters(&mut *net, &case.parameters);
    pass::<N, I, LIVE, B>(&mut net, &run.eval, Pass::infer(), &format!("{what}, inference"));
}

/// Compares a forward and a backward pass, and in training lets the network settle.
fn pass<N, const I: usize, const LIVE: usize, const B: usize>(
    net: &mut N,
    run: &LayerRun,
    pass: Pass<'_, B>,
    what: &str,
) where
    N: Network<Scalar = f64, In = Vals<I>, Out = Vals<I>>,
{
    let pass = pass.chunk(0, LIVE);
    let (mut x, mut dy) = (SMatrix::<f64, I, B>::from_element(99.0), SMatrix::<f64, I, B>::zeros());
    x.fixed_columns_mut::<LIVE>(0).copy_from(&chunk(&run.x));
    dy.fixed_columns_mut::<LIVE>(0).copy_from(&chunk(&run.dy));
    let (mut y, mut dx) = (SMatrix::zeros(), SMatrix::zeros());
    let (mut tape, mut work, mut grad) =
        (zeroed_box::<TapeOf<N, B>>(), zeroed_box::<WorkOf<N, B>>(), zeroed_box::<GradOf<N>>());
    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    net.backward(&x, &y, &tape, &dy, Some(&mut dx), Some(&mut grad), &mut work, pass);
    assert_close(&format!("{what}: y"), &y.as_slice()[..LIVE * I], &run.y.concat());
    assert_close(&format!("{what}: dx"), &dx.as_slice()[..LIVE * I], &run.dx.concat());
    assert!(dx.as_slice()[LIVE * I..].iter().all(|&dx| dx == 0.0), "{what}: dx of what does not count");
    same(&gradients(net, &mut grad), &run.gradients, what);
    if pass.is_train() {
        net.settle(&tape, pass);
    }
}

fn same(ours: &Tensors, pytorch: &Tensors, what: &str) {
    assert!(ours.keys().eq(pytorch.keys()), "{what}: {:?}", ours.keys());
    for (name, expected) in pytorch {
        assert_eq!(ours[name].shape, expected.shape, "{what}: {name}");
        assert_close(&format!("{what}: {name}"), &ours[name].values, &expected.values);
    }
}

/// Two batches each, in a full chunk and in a larger one.
macro_rules! batch_norms {
    ($($test:ident: [$($input:literal),*] of $small:literal, $large:literal: $case:literal;)*) => { $(
        #[test]
        fn $test() {
            #[network(input = [$($input),*])]
            struct Net { layer: BatchNorm }

            const NUMBERS: usize = 1 $(* $input)*;
            check::<Net<f64>, NUMBERS, $small, $small>($case, 0);
            check::<Net<f64>, NUMBERS, $large, $large>($case, 1);
            check::<Net<f64>, NUMBERS, $small, 6>($case, 0);
            check::<Net<f64>, NUMBERS, $large, 6>($case, 1);
        }
    )* };
}

batch_norms! {
    batch_norm_of_images: [3, 2, 5] of 1, 4: "batch_norm_image";
    batch_norm_of_images_of_one_pixel: [5, 1, 1] of 2, 3: "batch_norm_pixel";
    batch_norm_of_features: [7] of 2, 5: "batch_norm_features";
    batch_norm_of_steps: [4, 5] of 1, 3: "batch_norm_steps";
}
