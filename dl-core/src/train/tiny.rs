//! A network, a loss and an optimizer for the tests of the trainer, written out by hand.

extern crate std;
use core::cell::Cell;

use nalgebra::SMatrix;

use crate::kernels::Isa;
use crate::layers::Dense;
use crate::optim::{Optimizer, Step};
use crate::params::{Path, Visitor, Zipper};
use crate::pointwise::{backward_in_place, forward_in_place};
use crate::signal::{Lengths, Lens};
use crate::summary::Row;
use crate::{
    Blank, Layer, Loss, Network, Params, Pass, Real, Rng, Shape, Shaped, Vals, ZeroValid, layers::Tanh,
};

std::thread_local! {
    /// The instructions that the last call of [`Tiny::settle`] on this thread was given.
    pub(super) static SETTLED_WITH: Cell<Option<Isa>> = const { Cell::new(None) };
}

/// `Dense(3) -> tanh -> Dense(1)` on two steps of one feature each, whose hidden values carry noise (when training)
/// and whose steps past the length count as zero. It counts, in a buffer, the samples it has settled.
pub(super) struct Tiny<T: Real = f64> {
    pub(super) fc1: Dense<T, 2, 3>,
    pub(super) fc2: Dense<T, 3, 1>,
    pub(super) settled: [T; 1],
}

pub(super) struct TinyGrad<T: Real> {
    pub(super) fc1: Dense<T, 2, 3>,
    pub(super) fc2: Dense<T, 3, 1>,
}

pub(super) struct TinyTape<T: Real, const B: usize> {
    x: SMatrix<T, 2, B>,
    hidden: SMatrix<T, 3, B>,
}

impl<T: Real> Blank for Tiny<T> {
    const ZERO: Self = Tiny { fc1: Blank::ZERO, fc2: Blank::ZERO, settled: Blank::ZERO };
}
impl<T: Real> Blank for TinyGrad<T> {
    const ZERO: Self = TinyGrad { fc1: Blank::ZERO, fc2: Blank::ZERO };
}
impl<T: Real, const B: usize> Blank for TinyTape<T, B> {
    const ZERO: Self = TinyTape { x: Blank::ZERO, hidden: Blank::ZERO };
}
// SAFETY: matrices and arrays of numbers.
#[allow(unsafe_code)]
unsafe impl<T: Real> ZeroValid for Tiny<T> {}
// SAFETY: matrices of numbers.
#[allow(unsafe_code)]
unsafe impl<T: Real> ZeroValid for TinyGrad<T> {}
// SAFETY: matrices of numbers.
#[allow(unsafe_code)]
unsafe impl<T: Real, const B: usize> ZeroValid for TinyTape<T, B> {}

impl<T: Real> Params<T> for Tiny<T> {
    type Grad = TinyGrad<T>;
    const PARAMS: usize = 13;

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        self.fc1.visit(at.field("fc1"), f);
        self.fc2.visit(at.field("fc2"), f);
        let settled = crate::params::Param::new(
            &self.settled,
            Shape::new([1]),
            crate::params::Order::RowMajor,
            crate::params::Kind::Buffer,
        );
        f(at.field("settled"), settled);
    }
    fn zip<const N: usize>(
        &mut self,
        mut with: [&mut TinyGrad<T>; N],
        at: Path<'_>,
        f: &mut Zipper<'_, T, N>,
    ) {
        self.fc1.zip(with.each_mut().map(|g| &mut g.fc1), at.field("fc1"), f);
        self.fc2.zip(with.each_mut().map(|g| &mut g.fc2), at.field("fc2"), f);
        let settled = crate::params::ParamMut::new(
            &mut self.settled,
            Shape::new([1]),
            crate::params::Order::RowMajor,
            crate::params::Kind::Buffer,
        );
        f(at.field("settled"), settled, core::array::from_fn(|_| &mut [][..]));
    }
    fn init(&mut self, rng: Rng) {
        self.fc1.init(rng.fork(0));
        self.fc2.init(rng.fork(1));
    }
}

impl<T: Real> Layer<T, Vals<2>, Vals<1>> for Tiny<T> {
    type Tape<const B: usize> = TinyTape<T, B>;
    type Work<const B: usize> = SMatrix<T, 3, B>;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, 2, B>,
        y: &mut SMatrix<T, 1, B>,
        tape: Option<&mut TinyTape<T, B>>,
        work: &mut SMatrix<T, 3, B>,
        pass: Pass<'a, B>,
    ) {
        let mut valid = *x;
        for b in 0..B {
            for step in pass.lens().steps(b, 2)..2 {
                valid[(step, b)] = T::zero();
            }
        }
        let full = pass.with_lens(Lens::FULL);
        self.fc1.forward(&valid, work, None, &mut (), full);
        forward_in_place::<T, Tanh>(pass, work.as_mut_slice());
        if pass.is_train() {
            for b in 0..B {
                let mut rng = pass.rng(b);
                work.column_mut(b).iter_mut().for_each(|h| *h += rng.uniform_in(-0.01, 0.01));
            }
        }
        self.fc2.forward(work, y, None, &mut (), full);
        if let Some(tape) = tape {
            tape.x.copy_from(&valid);
            tape.hidden.copy_from(work);
        }
    }

    /// The noise is part of the function, so `hidden` less the noise is what tanh gave.
    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, 2, B>,
        y: &SMatrix<T, 1, B>,
        tape: &TinyTape<T, B>,
        dy: &SMatrix<T, 1, B>,
        _: Option<&mut SMatrix<T, 2, B>>,
        grad: Option<&mut TinyGrad<T>>,
        work: &mut SMatrix<T, 3, B>,
        pass: Pass<'a, B>,
    ) {
        let full = pass.with_lens(Lens::FULL);
        let mut grad = grad;
        let fc2 = grad.as_deref_mut().map(|g| &mut g.fc2);
        self.fc2.backward(&tape.hidden, y, &(), dy, Some(work), fc2, &mut (), full);
        let mut hidden = tape.hidden;
        for b in 0..B {
            let mut rng = pass.rng(b);
            hidden.column_mut(b).iter_mut().for_each(|h| *h -= rng.uniform_in(-0.01, 0.01));
        }
        backward_in_place(&Tanh, &hidden, work, pass);
        self.fc1.backward(&tape.x, &hidden, &(), work, None, grad.map(|g| &mut g.fc1), &mut (), full);
    }

    fn settle<'a, const B: usize>(&mut self, _: &TinyTape<T, B>, pass: Pass<'a, B>) {
        SETTLED_WITH.set(Some(pass.isa()));
        self.settled[0] += T::of(pass.live() as f64);
    }
}

impl<T: Real> Network for Tiny<T> {
    type Scalar = T;
    type In = Vals<2>;
    type Out = Vals<1>;
    const NAME: &'static str = "Tiny";
    const INPUT: Shape = Shape::new([2]);
    const OUTPUT: Shape = Shape::new([1]);
    const ROWS: &'static [Row] = &[];

    fn first_non_finite<const B: usize>(tape: &TinyTape<T, B>) -> Option<&'static str> {
        let finite = |values: &[T]| values.iter().all(|v| v.to_f64().is_finite());
        (!finite(tape.hidden.as_slice())).then_some("fc1")
    }
}

impl<T: Real> Shaped for Tiny<T> {
    const IN: Shape = Self::INPUT;
    const OUT: Shape = Self::OUTPUT;
}

/// Mean of squares over the samples.
#[derive(Default)]
pub(super) struct Mse;

impl<T: Real> Loss<T, Vals<1>> for Mse {
    type Target = Vals<1>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, _: &SMatrix<T, 1, B>, pass: Pass<'a, B>) -> f64 {
        pass.live() as f64
    }
    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, 1, B>,
        target: &SMatrix<T, 1, B>,
        mut dy: Option<&mut SMatrix<T, 1, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let mut sum = T::zero();
        if let Some(dy) = dy.as_deref_mut() {
            dy.fill(T::zero());
        }
        for b in 0..pass.live() {
            let e = y[b] - target[b];
            sum += e * e / T::of(total);
            if let Some(dy) = dy.as_deref_mut() {
                dy[b] = T::of(2.0) * e / T::of(total);
            }
        }
        sum
    }
}

/// `p ← p − lr · clip(scale · g)`
pub(super) struct Sgd {
    pub(super) lr: f64,
}

impl Default for Sgd {
    fn default() -> Self {
        Sgd { lr: 0.1 }
    }
}

impl Optimizer for Sgd {
    type Moments<G: Blank + ZeroValid> = ();

    fn lr(&self) -> f64 {
        self.lr
    }
    fn update<T: Real, P: Params<T>>(&self, params: &mut P, grad: &mut P::Grad, _: &mut (), step: &Step<'_>) {
        params.zip([grad], Path::ROOT, &mut |path, param, [grad]| {
            let (lr, _) = step.settings(&path, param.kind, self.lr, 0.0);
            for (p, g) in param.values.iter_mut().zip(grad) {
                let g = g.to_f64() * step.grad_scale;
                *p -= T::of(lr * step.clip_value.map_or(g, |limit| g.clamp(-limit, limit)));
            }
        });
    }
}

/// Every number of a network, one after the other.
pub(super) fn numbers<T: Real, P: Params<T>>(params: &P) -> std::vec::Vec<f64> {
    let mut all = std::vec::Vec::new();
    params.visit(Path::ROOT, &mut |_, param| all.extend(param.values.iter().map(|v| v.to_f64())));
    all
}
