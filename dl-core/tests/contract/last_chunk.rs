//! A chunk that is not full: filled by repeating samples, of which `pass.live()` count.

use dl_core::layers::{Dense, Dropout as BuiltInDropout, LogSoftmax, Map, PRelu, Sigmoid, Softmax, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::params::{Kind, Path};
use dl_core::{Layer, Loss, Params, Pass, Pointwise, Real, Rng, Signal, Vals, pointwise};

use crate::layers::{BatchNorm, Dropout, Squares};
use crate::support::{check, filled, made, named, params_of, zero};

network! {
    /// `out(drop(tanh(norm(fc(x)))))`; `fc` has no bias, which the norm would take out again.
    struct Normed<T>, NormedGrad {
        fc: Dense<T, 3, 4, 0>,
        norm: BatchNorm<T, 4>,
        drop: Dropout,
        out: Dense<T, 4, 2>,
    }
}
memory! {
    struct NormedTape[T: Real, const B: usize]<T, B> {
        fc: SMatrix<T, 4, B>,
        norm: SMatrix<T, 4, B>,
        drop: SMatrix<T, 4, B>,
        in_norm: <BatchNorm<T, 4> as Layer<T, Vals<4>, Vals<4>>>::Tape<B>,
    }
}
memory! {
    struct NormedWork[T: Real, const B: usize]<T, B> { even: SMatrix<T, 4, B>, odd: SMatrix<T, 4, B> }
}

impl<T: Real> Layer<T, Vals<3>, Vals<2>> for Normed<T> {
    type Tape<const B: usize> = NormedTape<T, B>;
    type Work<const B: usize> = NormedWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &mut SMatrix<T, 2, B>,
        tape: Option<&mut NormedTape<T, B>>,
        work: &mut NormedWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        if let Some(tape) = tape {
            self.fc.forward(x, &mut tape.fc, None, &mut (), pass.at(0));
            self.norm.forward(&tape.fc, &mut tape.norm, Some(&mut tape.in_norm), &mut (), pass.at(1));
            pointwise::forward_in_place::<T, Tanh>(pass, tape.norm.as_mut_slice());
            self.drop.forward(&tape.norm, &mut tape.drop, None, &mut (), pass.at(2));
            self.out.forward(&tape.drop, y, None, &mut (), pass.at(3));
        } else {
            self.fc.forward(x, &mut work.even, None, &mut (), pass.at(0));
            self.norm.forward(&work.even, &mut work.odd, None, &mut (), pass.at(1));
            pointwise::forward_in_place::<T, Tanh>(pass, work.odd.as_mut_slice());
            self.drop.forward(&work.odd, &mut work.even, None, &mut (), pass.at(2));
            self.out.forward(&work.even, y, None, &mut (), pass.at(3));
        }
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &SMatrix<T, 2, B>,
        tape: &NormedTape<T, B>,
        dy: &SMatrix<T, 2, B>,
        dx: Option<&mut SMatrix<T, 3, B>>,
        mut grad: Option<&mut NormedGrad<T>>,
        NormedWork { even, odd }: &mut NormedWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let g = grad.as_deref_mut().map(|g| &mut g.out);
        self.out.backward(&tape.drop, y, &(), dy, Some(even), g, &mut (), pass.at(3));
        self.drop.backward(&tape.norm, &tape.drop, &(), even, Some(odd), None, &mut (), pass.at(2));
        pointwise::backward_in_place(&Tanh, &tape.norm, odd, pass);
        let g = grad.as_deref_mut().map(|g| &mut g.norm);
        self.norm.backward(&tape.fc, &tape.norm, &tape.in_norm, odd, Some(even), g, &mut (), pass.at(1));
        let g = grad.map(|g| &mut g.fc);
        self.fc.backward(x, &tape.fc, &(), even, dx, g, &mut (), pass.at(0));
    }

    fn settle<const B: usize>(&mut self, tape: &NormedTape<T, B>, pass: Pass<'_, B>) {
        self.norm.settle(&tape.in_norm, pass.at(1));
    }
}

type Named = Vec<(String, Vec<f64>)>;

/// Value, gradient, `dx` and the parameters after `settle`, of one training step on the first `live` of `B` samples.
fn step<const B: usize>(
    live: usize,
    x: &SMatrix<f64, 3, B>,
    t: &SMatrix<f64, 2, B>,
) -> (f64, Named, Vec<f64>, Named) {
    let mut net = made::<f64, Normed<f64>>(90);
    let (mut y, mut dy, mut dx) = (filled::<f64, 2, B>(1), filled::<f64, 2, B>(2), filled::<f64, 3, B>(3));
    let (mut tape, mut work, mut grad) = (zero(), zero(), zero());
    let pass = Pass::train(Rng::new(91)).chunk(0, live);
    net.forward(x, &mut y, Some(&mut tape), &mut work, pass);
    let total = Loss::<f64, _>::count(&Squares, t, pass);
    let value = Squares.value_and_grad(&y, t, Some(&mut dy), total, pass);
    net.backward(x, &y, &tape, &dy, Some(&mut dx), Some(&mut grad), &mut work, pass);
    net.settle(&tape, pass);
    (value, named(&mut net, &mut grad), dx.as_slice().to_vec(), params_of(&net))
}

#[test]
fn a_chunk_with_room_left_equals_a_chunk_of_just_its_samples() {
    let (x, t) = (filled::<f64, 3, 3>(92), filled::<f64, 2, 3>(93));
    let (mut wide, mut wide_t) = (SMatrix::<f64, 3, 5>::zeros(), SMatrix::<f64, 2, 5>::zeros());
    for b in 0..5 {
        wide.set_column(b, &x.column(b % 3));
        wide_t.set_column(b, &t.column(b % 3));
    }
    let (exact, padded, naive) =
        (step::<3>(3, &x, &t), step::<5>(3, &wide, &wide_t), step::<5>(5, &wide, &wide_t));
    assert_eq!(exact.0, padded.0, "the loss");
    assert_eq!(exact.1, padded.1, "the gradient");
    assert_eq!(exact.2, padded.2[..9], "dx");
    assert_eq!(padded.2[9..], [0.0; 6], "dx of the samples that do not count");
    assert_eq!(exact.3, padded.3, "the running statistics");
    assert_ne!(exact.0, naive.0, "counting the copies is another loss");
    assert_ne!(exact.1, naive.1, "and another gradient");
    assert_ne!(exact.3, naive.3, "and other statistics");
}

/// `1 / x`, which has no value at zero.
struct Inverse;
impl<T: Real> Pointwise<T> for Inverse {
    fn f(x: T) -> T {
        T::one() / x
    }
    fn df(x: T) -> T {
        -T::one() / (x * x)
    }
}

/// The gradient of the slopes in `1 / prelu(fc(x))`, from one sample in a chunk of `B`.
fn slope_behind_a_product<const B: usize>() -> f64 {
    let (mut fc, mut slope) = (made::<f64, Dense<f64, 2, 3>>(7), zero::<PRelu<f64>>());
    (fc.bias, slope.weight) = (dl_core::nalgebra::vector![-9.0, 9.0, -9.0], dl_core::nalgebra::vector![0.5]);
    let x = SMatrix::<f64, 2, B>::from_fn(|i, _| 0.3 + i as f64);
    let (mut a, mut b, mut y) = (filled::<f64, 3, B>(1), filled::<f64, 3, B>(2), filled::<f64, 3, B>(3));
    let (mut dy, mut db, mut grad) =
        (SMatrix::<f64, 3, B>::zeros(), filled::<f64, 3, B>(4), zero::<PRelu<f64>>());
    dy.column_mut(0).fill(1.0); // a loss hands zeros to the others
    let (inverse, pass) = (zero::<Map<Inverse>>(), Pass::train(Rng::new(5)).chunk(0, 1));
    fc.forward(&x, &mut a, None, &mut (), pass);
    slope.forward(&a, &mut b, None, &mut (), pass);
    inverse.forward(&b, &mut y, None, &mut (), pass);
    inverse.backward(&b, &y, &(), &dy, Some(&mut db), None, &mut (), pass);
    slope.backward(&a, &b, &(), &db, None, Some(&mut grad), &mut (), pass);
    grad.weight[0]
}

#[test]
fn samples_that_do_not_count_stay_where_functions_are_defined() {
    let exact = slope_behind_a_product::<1>();
    assert!(exact != 0.0 && exact.is_finite());
    assert_eq!(slope_behind_a_product::<3>(), exact);
}

#[test]
fn built_in_layers_repeat_the_first_sample_where_none_counts() {
    fn repeats<L: Layer<f64, Vals<4>, Vals<4>, Tape<3> = (), Work<3> = ()>>(layer: &L) {
        let (x, mut y) = (filled::<f64, 4, 3>(8), filled::<f64, 4, 3>(9));
        layer.forward(&x, &mut y, None, &mut (), Pass::train(Rng::new(1)).chunk(0, 2));
        assert!(y.column(2) == y.column(0) && y.column(1) != y.column(0), "{y}");
        let mut y = filled::<f64, 4, 3>(9);
        layer.forward(&x, &mut y, None, &mut (), Pass::infer().chunk(0, 0));
        assert_eq!(y, SMatrix::<f64, 4, 3>::zeros());
    }
    repeats(&made::<f64, Dense<f64, 4, 4>>(1));
    repeats(&Sigmoid);
    repeats(&BuiltInDropout::<1, 3>);
    repeats(&Softmax::<4>);
    repeats(&LogSoftmax::<4>);
    let (dense, x) = (made::<f64, Dense<f64, 4, 4>>(1), filled::<f64, 4, 3>(8));
    let mut y = filled::<f64, 4, 3>(9);
    dense.forward_then(&Tanh, &x, &mut y, Pass::infer().chunk(0, 2));
    assert!(y.column(2) == y.column(0) && y.column(1) != y.column(0), "{y}");
}

#[test]
fn samples_are_repeated_in_place_to_fill_a_chunk() {
    let mut x = filled::<f64, 3, 4>(94);
    let mut tokens = [[1, 2], [3, 4], [5, 6]];
    Vals::<3>::copy_sample(&mut x, 1, 3);
    <dl_core::Tokens<2> as Signal>::copy_sample::<f64, 3>(&mut tokens, 0, 2);
    assert_eq!(x.column(3), x.column(1));
    assert_eq!(tokens, [[1, 2], [3, 4], [1, 2]]);
}

#[test]
fn running_statistics_settle_and_serve_inference() {
    let mut norm = made::<f64, BatchNorm<f64, 2>>(95);
    let x = SMatrix::<f64, 2, 4>::new(1.0, 3.0, 5.0, 7.0, 2.0, 2.0, 2.0, 2.0);
    let (mut y, mut tape) = (zero(), zero());
    let pass = Pass::train(Rng::new(0)).chunk(0, 3);
    norm.forward(&x, &mut y, Some(&mut tape), &mut (), pass);
    norm.settle(&tape, pass);
    assert_eq!(norm.running_mean.as_slice(), [0.1 * 3.0, 0.1 * 2.0]);
    assert!((norm.running_var - dl_core::nalgebra::vector![0.9 + 0.1 * 4.0, 0.9]).norm() < 1e-15);
    norm.forward(&x, &mut y, None, &mut (), Pass::infer());
    assert!((y[(0, 0)] - (1.2 * (1.0 - 0.3) / (1.3_f64 + 1e-5).sqrt() + 0.1)).abs() < 1e-15);
}

#[test]
fn gradients_through_batch_statistics_match_finite_differences() {
    let train = Pass::train(Rng::new(96));
    check(&mut made::<f64, Normed<f64>>(97), &mut filled::<f64, 3, 4>(98), train);
    check(&mut made::<f64, Normed<f64>>(97), &mut filled::<f64, 3, 4>(98), Pass::infer());
}

#[test]
fn running_statistics_are_buffers_and_have_no_gradient() {
    let (mut net, mut grad, mut kinds) = (made::<f64, Normed<f64>>(90), zero(), Vec::new());
    net.zip([&mut grad], Path::ROOT, &mut |path, param, [grad]| {
        kinds.push((path.to_string(), param.kind, grad.len()));
    });
    let norm = [("weight", Kind::Norm, 4), ("bias", Kind::Norm, 4)];
    let running = [("running_mean", Kind::Buffer, 0), ("running_var", Kind::Buffer, 0)];
    for (at, (field, kind, len)) in kinds[1..5].iter().zip(norm.into_iter().chain(running)) {
        assert_eq!(*at, (format!("norm.{field}"), kind, len));
    }
    assert_eq!(size_of::<NormedGrad<f64>>(), (12 + 8 + 10) * size_of::<f64>());
}
