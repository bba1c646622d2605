//! `#[frozen] body`, then `head`: nothing is kept for the body, and nothing changes it.

use dl_core::layers::{Dense, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::params::{Path, Visitor, Zipper};
use dl_core::{Layer, Params, Pass, Real, Rng, Vals, pointwise};

use crate::chain::{Chain, ChainTape, ChainWork};
use crate::layers::BatchNorm;
use crate::support::{check, filled, made, params_of, zero};

memory! {
    struct Tuned[T: Real]<T> { body: Chain<T>, norm: BatchNorm<T, 2>, head: Dense<T, 2, 2> }
}
memory! {
    struct TunedGrad[T: Real]<T> {
        body: (),
        norm: <BatchNorm<T, 2> as Params<T>>::Grad,
        head: Dense<T, 2, 2>,
    }
}
memory! {
    struct TunedTape[T: Real, const B: usize]<T, B> {
        body: SMatrix<T, 2, B>,
        norm: SMatrix<T, 2, B>,
        in_body: ChainTape<T, B>,
        in_norm: <BatchNorm<T, 2> as Layer<T, Vals<2>, Vals<2>>>::Tape<B>,
    }
}
memory! {
    struct TunedWork[T: Real, const B: usize]<T, B> {
        even: SMatrix<T, 2, B>,
        odd: SMatrix<T, 2, B>,
        in_body: ChainWork<T, B>,
    }
}

impl<T: Real> Params<T> for Tuned<T> {
    type Grad = TunedGrad<T>;
    const PARAMS: usize = Chain::<T>::PARAMS + BatchNorm::<T, 2>::PARAMS + Dense::<T, 2, 2>::PARAMS;

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        self.body.visit(at.field("body").frozen(), f);
        self.norm.visit(at.field("norm"), f);
        self.head.visit(at.field("head"), f);
    }

    fn zip<const N: usize>(
        &mut self,
        mut with: [&mut TunedGrad<T>; N],
        at: Path<'_>,
        f: &mut Zipper<'_, T, N>,
    ) {
        self.body.zip([], at.field("body").frozen(), &mut |path, param, []| {
            f(path, param, [(); N].map(|()| &mut [][..]));
        });
        self.norm.zip(with.each_mut().map(|g| &mut g.norm), at.field("norm"), f);
        self.head.zip(with.map(|g| &mut g.head), at.field("head"), f);
    }

    fn init(&mut self, rng: Rng) {
        self.body.init(rng.fork(0));
        self.norm.init(rng.fork(1));
        self.head.init(rng.fork(2));
    }
}

impl<T: Real> Layer<T, Vals<3>, Vals<2>> for Tuned<T> {
    type Tape<const B: usize> = TunedTape<T, B>;
    type Work<const B: usize> = TunedWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &mut SMatrix<T, 2, B>,
        tape: Option<&mut TunedTape<T, B>>,
        work: &mut TunedWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (body, norm, in_body, in_norm) = match tape {
            Some(t) => (&mut t.body, &mut t.norm, Some(&mut t.in_body), Some(&mut t.in_norm)),
            None => (&mut work.even, &mut work.odd, None, None),
        };
        self.body.forward(x, body, in_body, &mut work.in_body, pass.at(0));
        self.norm.forward(body, norm, in_norm, &mut (), pass.at(1));
        self.head.forward_then(&Tanh, norm, y, pass.at(2));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &SMatrix<T, 2, B>,
        tape: &TunedTape<T, B>,
        dy: &SMatrix<T, 2, B>,
        dx: Option<&mut SMatrix<T, 3, B>>,
        mut grad: Option<&mut TunedGrad<T>>,
        work: &mut TunedWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (even, odd) = (&mut work.even, &mut work.odd);
        pointwise::backward_from_output(&Tanh, y, dy, even, pass);
        let g = grad.as_deref_mut().map(|g| &mut g.head);
        self.head.backward(&tape.norm, y, &(), even, Some(odd), g, &mut (), pass.at(2));
        let (d_norm, wanted, g) = (odd, dx.is_some(), grad.map(|g| &mut g.norm));
        let d_body = wanted.then_some(even);
        self.norm.backward(&tape.body, &tape.norm, &tape.in_norm, d_norm, d_body, g, &mut (), pass.at(1));
        if wanted {
            let body = (&tape.body, &tape.in_body, &work.even);
            self.body.backward(x, body.0, body.1, body.2, dx, None, &mut work.in_body, pass.at(0));
        }
    }
}

#[test]
fn no_gradient_is_kept_for_what_is_frozen_or_not_trained() {
    assert_eq!(size_of::<TunedGrad<f32>>(), (2 + 2 + 6) * size_of::<f32>());
    assert_eq!(size_of::<Tuned<f32>>(), (54 + 8 + 6) * size_of::<f32>());
    assert_eq!(Tuned::<f32>::PARAMS, 54 + 4 + 6);
}

#[test]
fn gradients_flow_through_what_is_frozen() {
    let train = Pass::train(Rng::new(70));
    let checked = check(&mut made::<f64, Tuned<f64>>(71), &mut filled::<f64, 3, 4>(72), train);
    let names: Vec<_> = checked.grad.iter().map(|g| g.0.as_str()).collect();
    assert_eq!(names, ["norm.weight", "norm.bias", "head.weight", "head.bias"]);
    assert!(checked.dx.iter().all(|d| *d != 0.0));
}

#[test]
fn a_step_moves_all_but_the_frozen_and_the_buffers() {
    let (mut net, x) = (made::<f32, Tuned<f32>>(71), filled::<f32, 3, 4>(72));
    let before = params_of(&net);
    let (mut y, dy) = (SMatrix::<f32, 2, 4>::zeros(), filled::<f32, 2, 4>(73));
    let (mut tape, mut work, mut grad) = (zero(), zero(), zero());
    let pass = Pass::train(Rng::new(70));
    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    net.backward(&x, &y, &tape, &dy, None, Some(&mut grad), &mut work, pass);
    net.zip([&mut grad], Path::ROOT, &mut |path, param, [grad]| {
        let trained = !path.is_frozen() && param.kind != dl_core::params::Kind::Buffer;
        assert_eq!(grad.len(), if trained { param.values.len() } else { 0 }, "gradient of {path}");
        param.values.iter_mut().zip(grad).for_each(|(p, g)| *p -= 0.1 * *g);
    });
    for ((name, before), (_, after)) in before.iter().zip(params_of(&net)) {
        let trained = !name.starts_with("body") && !name.contains("running");
        assert_eq!(before != &after, trained, "{name} before and after a step");
    }
}
