//! Outputs and all gradients of each layer.

use dl_core::layer::{GradOf, TapeOf, WorkOf};
use dl_core::nalgebra::SMatrix;
use dl_core::place::zeroed_box;
use dl_core::{Layer, Network, Pass, Rng, Vals};

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
    assert!(gradients.keys().eq(run.gradients.keys()), "{}: {:?} have gradients", case.name, gradients.keys());
    for (name, expected) in &run.gradients {
        assert_eq!(gradients[name].shape, expected.shape, "{} {name}", case.name);
        let what = format!("{} d{name}, batch of {B}", case.name);
        assert_close(&what, &gradients[name].values, &expected.values);
    }

    let inferred = net.infer::<B>(&x);
    assert_eq!(inferred.as_slice(), y.as_slice(), "{}: inference gives what training gives", case.name);
}

fn chunk<const N: usize, const B: usize>(samples: &[Vec<f64>]) -> SMatrix<f64, N, B> {
    SMatrix::from_column_slice(&samples.concat())
}
