//! One training step on several threads: chunks go to a fixed number of lanes, whose gradients are summed in order.

use dl_core::layers::{Dense, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::params::Path;
use dl_core::{Layer, Loss, Params, Pass, Real, Rng, Vals, pointwise};

use crate::layers::{Dropout, Squares};
use crate::support::{bits, check, filled, made, params_of, zero};

network! {
    /// `out(drop(tanh(fc(x))))`
    struct Noisy<T>, NoisyGrad { fc: Dense<T, 3, 8>, drop: Dropout, out: Dense<T, 8, 2> }
}
memory! {
    struct NoisyTape[T: Real, const B: usize]<T, B> { fc: SMatrix<T, 8, B>, drop: SMatrix<T, 8, B> }
}

impl<T: Real> Layer<T, Vals<3>, Vals<2>> for Noisy<T> {
    type Tape<const B: usize> = NoisyTape<T, B>;
    type Work<const B: usize> = NoisyTape<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &mut SMatrix<T, 2, B>,
        tape: Option<&mut NoisyTape<T, B>>,
        work: &mut NoisyTape<T, B>,
        pass: Pass<'_, B>,
    ) {
        let values = tape.unwrap_or(work);
        self.fc.forward_then(&Tanh, x, &mut values.fc, pass.at(0));
        self.drop.forward(&values.fc, &mut values.drop, None, &mut (), pass.at(1));
        self.out.forward(&values.drop, y, None, &mut (), pass.at(2));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &SMatrix<T, 2, B>,
        tape: &NoisyTape<T, B>,
        dy: &SMatrix<T, 2, B>,
        dx: Option<&mut SMatrix<T, 3, B>>,
        mut grad: Option<&mut NoisyGrad<T>>,
        d: &mut NoisyTape<T, B>,
        pass: Pass<'_, B>,
    ) {
        let g = grad.as_deref_mut().map(|g| &mut g.out);
        self.out.backward(&tape.drop, y, &(), dy, Some(&mut d.drop), g, &mut (), pass.at(2));
        self.drop.backward(&tape.fc, &tape.drop, &(), &d.drop, Some(&mut d.fc), None, &mut (), pass.at(1));
        pointwise::backward_in_place(&Tanh, &tape.fc, &mut d.fc, pass);
        let g = grad.map(|g| &mut g.fc);
        self.fc.backward(x, &tape.fc, &(), &d.fc, dx, g, &mut (), pass.at(0));
    }
}

const SAMPLES: usize = 37;
const LANES: usize = 4;
const CHUNK: usize = 4;

type Data = (SMatrix<f32, 3, SAMPLES>, SMatrix<f32, 2, SAMPLES>);

/// What one lane owns.
struct Lane<const B: usize> {
    tape: NoisyTape<f32, B>,
    work: NoisyTape<f32, B>,
    grad: NoisyGrad<f32>,
    value: f32,
}

impl<const B: usize> Lane<B> {
    /// Runs every `LANES`-th chunk from chunk `lane` on.
    fn run(&mut self, lane: usize, net: &Noisy<f32>, (xs, ts): &Data, key: Rng) {
        let (mut x, mut t, mut y, mut dy) =
            (zero::<SMatrix<f32, 3, B>>(), zero::<SMatrix<f32, 2, B>>(), zero(), zero());
        for first in (lane * B..SAMPLES).step_by(LANES * B) {
            let live = B.min(SAMPLES - first);
            for b in 0..B {
                x.set_column(b, &xs.column(first + b % live));
                t.set_column(b, &ts.column(first + b % live));
            }
            let pass = Pass::train(key).chunk(first, live);
            net.forward(&x, &mut y, Some(&mut self.tape), &mut self.work, pass);
            let total = (SAMPLES * 2) as f64;
            self.value += Squares.value_and_grad(&y, &t, Some(&mut dy), total, pass);
            net.backward(&x, &y, &self.tape, &dy, None, Some(&mut self.grad), &mut self.work, pass);
        }
    }
}

/// The bits of the loss and of the parameters behind three steps of gradient descent.
fn trained<const B: usize>(threads: usize, key: Rng) -> (Vec<u64>, Vec<f32>) {
    let mut net = made::<f32, Noisy<f32>>(100);
    let data: Data = (filled(101), filled(102));
    let mut losses = Vec::new();
    for step in 0..3 {
        let mut lanes: [Lane<B>; LANES] =
            core::array::from_fn(|_| Lane { tape: zero(), work: zero(), grad: zero(), value: 0.0 });
        std::thread::scope(|scope| {
            let mut shares: Vec<Vec<_>> = (0..threads).map(|_| Vec::new()).collect();
            for (i, lane) in lanes.iter_mut().enumerate() {
                shares[i % threads].push((i, lane));
            }
            for share in shares {
                let (net, data) = (&net, &data);
                scope.spawn(move || {
                    for (i, lane) in share.into_iter().rev() {
                        lane.run(i, net, data, key.fork(step));
                    }
                });
            }
        });
        let [first, others @ ..] = &mut lanes;
        for lane in others {
            first.value += lane.value;
            net.zip([&mut first.grad, &mut lane.grad], Path::ROOT, &mut |_, _, [sum, lane]| {
                dl_core::kernels::add_to(sum, lane);
            });
        }
        net.zip([&mut first.grad], Path::ROOT, &mut |_, param, [grad]| {
            param.values.iter_mut().zip(grad).for_each(|(p, g)| *p -= 0.5 * *g);
        });
        losses.push(first.value);
    }
    let all: Vec<f32> = params_of(&net).into_iter().flat_map(|p| p.1).chain(losses.iter().copied()).collect();
    (bits(&all), losses)
}

#[test]
fn one_two_and_four_threads_give_the_same_bits() {
    let (one, losses) = trained::<CHUNK>(1, Rng::new(103));
    assert_eq!(one, trained::<CHUNK>(2, Rng::new(103)).0);
    assert_eq!(one, trained::<CHUNK>(4, Rng::new(103)).0);
    assert_eq!(one, trained::<CHUNK>(3, Rng::new(103)).0);
    assert_ne!(one, trained::<CHUNK>(1, Rng::new(104)).0, "another key, another mask");
    assert!(losses[2] < losses[0], "it learns: {losses:?}");
}

#[test]
fn a_mask_belongs_to_its_sample_whatever_the_chunks() {
    let (net, data): (_, Data) = (made::<f32, Noisy<f32>>(100), (filled(101), filled(102)));
    let mut whole = SMatrix::<f32, 2, SAMPLES>::zeros();
    net.forward(&data.0, &mut whole, None, &mut zero(), Pass::train(Rng::new(105)));
    for first in [0, 9, 34] {
        let (x, mut y) = (data.0.fixed_columns::<3>(first).into_owned(), SMatrix::<f32, 2, 3>::zeros());
        net.forward(&x, &mut y, None, &mut zero(), Pass::train(Rng::new(105)).chunk(first, 3));
        assert_eq!(y, whole.fixed_columns::<3>(first).into_owned(), "samples from {first}");
    }
    let (small, _) = trained::<2>(2, Rng::new(103));
    let (large, _) = trained::<8>(2, Rng::new(103));
    for (small, large) in small.iter().zip(&large) {
        let (small, large) = (f64::from_bits(*small), f64::from_bits(*large));
        assert!((small - large).abs() < 1e-5, "in chunks of 2 {small}, of 8 {large}");
    }
}

#[test]
fn a_backward_pass_draws_the_mask_of_its_forward_pass() {
    let pass = Pass::train(Rng::new(106)).chunk(5, 3);
    check(&mut made::<f64, Noisy<f64>>(107), &mut filled::<f64, 3, 3>(108), pass);
}
