//! `[Block; N]`: `N` layers in a row, against the same layers called one by one.

use dl_core::layers::{Dense, Tanh};
use dl_core::nalgebra::{SMatrix, SVector};
use dl_core::params::{Path, Visitor, Zipper};
use dl_core::signal::{LenMap, Lengths, Lens};
use dl_core::{Blank, Layer, Params, Pass, Real, Rng, Vals, pointwise};

use crate::layers::{BatchNorm, Dropout, Rnn};
use crate::support::{bits, check, filled, made, named, params_of, zero};

network! {
    /// `x + drop(norm(tanh(fc(x))))`: random numbers, statistics and a residual, so that keys and tapes matter.
    struct Block<T>, BlockGrad { fc: Dense<T, 4, 4>, norm: BatchNorm<T, 4>, drop: Dropout }
}
memory! {
    struct BlockTape[T: Real, const B: usize]<T, B> {
        fc: SMatrix<T, 4, B>,
        norm: SMatrix<T, 4, B>,
        in_norm: <BatchNorm<T, 4> as Layer<T, Vals<4>, Vals<4>>>::Tape<B>,
    }
}
memory! {
    struct BlockWork[T: Real, const B: usize]<T, B> { even: SMatrix<T, 4, B>, odd: SMatrix<T, 4, B> }
}

impl<T: Real> Layer<T, Vals<4>, Vals<4>> for Block<T> {
    type Tape<const B: usize> = BlockTape<T, B>;
    type Work<const B: usize> = BlockWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 4, B>,
        y: &mut SMatrix<T, 4, B>,
        tape: Option<&mut BlockTape<T, B>>,
        work: &mut BlockWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (fc, norm, in_norm) = match tape {
            Some(tape) => (&mut tape.fc, &mut tape.norm, Some(&mut tape.in_norm)),
            None => (&mut work.even, &mut work.odd, None),
        };
        self.fc.forward_then(&Tanh, x, fc, pass.at(0));
        self.norm.forward(fc, norm, in_norm, &mut (), pass.at(1));
        self.drop.forward(norm, y, None, &mut (), pass.at(2));
        dl_core::kernels::add_to(y.as_mut_slice(), x.as_slice());
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 4, B>,
        y: &SMatrix<T, 4, B>,
        tape: &BlockTape<T, B>,
        dy: &SMatrix<T, 4, B>,
        mut dx: Option<&mut SMatrix<T, 4, B>>,
        mut grad: Option<&mut BlockGrad<T>>,
        work: &mut BlockWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let d_norm = &mut work.even;
        self.drop.backward(&tape.norm, y, &(), dy, Some(d_norm), None, &mut (), pass.at(2));
        let d_fc = &mut work.odd;
        self.norm.backward(
            &tape.fc,
            &tape.norm,
            &tape.in_norm,
            d_norm,
            Some(d_fc),
            grad.as_deref_mut().map(|g| &mut g.norm),
            &mut (),
            pass.at(1),
        );
        pointwise::backward_in_place(&Tanh, &tape.fc, d_fc, pass);
        let g = grad.map(|g| &mut g.fc);
        self.fc.backward(x, &tape.fc, &(), d_fc, dx.as_deref_mut(), g, &mut (), pass.at(0));
        if let Some(dx) = dx {
            dl_core::kernels::add_to(dx.as_mut_slice(), dy.as_slice());
        }
    }

    fn settle<const B: usize>(&mut self, tape: &BlockTape<T, B>, pass: Pass<'_, B>) {
        self.norm.settle(&tape.in_norm, pass.at(1));
    }
}

/// `y_t = w ⊙ x_{t+1} + b`: the last valid step goes, so that lengths differ from layer to layer.
const NEXT_STEPS: usize = 5;
memory! { struct Next[T: Real]<T> { weight: SVector<T, 2>, bias: SVector<T, 2> } }
weights! { [T: Real] Next<T> { weight: [2], RowMajor, Weight; bias: [2], RowMajor, Bias; } }

impl<T: Real> Layer<T, Vals<10>, Vals<10>> for Next<T> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const LENS: LenMap = LenMap::window(2, 1, 0);
    const NEEDS_Y: bool = false;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 10, B>,
        y: &mut SMatrix<T, 10, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        y.fill(T::zero());
        for b in 0..B {
            for i in 2..2 * pass.lens().steps(b, NEXT_STEPS) {
                y[(i - 2, b)] = self.weight[i % 2] * x[(i, b)] + self.bias[i % 2];
            }
        }
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 10, B>,
        _: &SMatrix<T, 10, B>,
        _: &(),
        dy: &SMatrix<T, 10, B>,
        mut dx: Option<&mut SMatrix<T, 10, B>>,
        mut grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        if let Some(dx) = &mut dx {
            dx.fill(T::zero());
        }
        for b in 0..B {
            for i in 2..2 * pass.lens().steps(b, NEXT_STEPS) {
                if let Some(dx) = &mut dx {
                    dx[(i, b)] = self.weight[i % 2] * dy[(i - 2, b)];
                }
                if let Some(grad) = &mut grad {
                    grad.weight[i % 2] += x[(i, b)] * dy[(i - 2, b)];
                    grad.bias[i % 2] += dy[(i - 2, b)];
                }
            }
        }
    }
}

memory! {
    /// `y = x`, and every step counts from here on, by a rule of its own in place of `LENS`.
    struct Forget[]<> {}
}

impl Params<f64> for Forget {
    type Grad = ();
    const PARAMS: usize = 0;
    fn visit(&self, _: Path<'_>, _: &mut Visitor<'_, f64>) {}
    fn zip<const N: usize>(&mut self, _: [&mut (); N], _: Path<'_>, _: &mut Zipper<'_, f64, N>) {}
    fn init(&mut self, _: Rng) {}
}

impl Layer<f64, Vals<4>, Vals<4>> for Forget {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<f64, 4, B>,
        y: &mut SMatrix<f64, 4, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'_, B>,
    ) {
        y.copy_from(x);
    }

    fn backward<const B: usize>(
        &self,
        _: &SMatrix<f64, 4, B>,
        _: &SMatrix<f64, 4, B>,
        _: &(),
        dy: &SMatrix<f64, 4, B>,
        dx: Option<&mut SMatrix<f64, 4, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'_, B>,
    ) {
        if let Some(dx) = dx {
            dx.copy_from(dy);
        }
    }

    fn lens<const B: usize>(_: Pass<'_, B>) -> Lens<'_, B> {
        Lens::FULL
    }
}

#[test]
fn a_row_of_layers_says_what_its_layer_says() {
    type Both = [Forget; 2];
    let out = <Both as Layer<f64, Vals<4>, Vals<4>>>::lens(Pass::<2>::infer().padded(Lens::of(&[1, 2])));
    assert!(out.is_full(), "a length rule of its own is kept");
    equals_calls_one_by_one::<Forget, 4, 2, 2>(Pass::infer().padded(Lens::of(&[1, 2])));
    const { assert!(!<Both as Layer<f64, Vals<4>, Vals<4>>>::NEEDS_X) }
    const { assert!(<Both as Layer<f64, Vals<4>, Vals<4>>>::NEEDS_Y) }
}

/// Holds `[L; N]` to `N` calls written out: outputs, gradients and what `settle` leaves, bit for bit.
fn equals_calls_one_by_one<L, const M: usize, const N: usize, const B: usize>(pass: Pass<'_, B>)
where
    L: Layer<f64, Vals<M>, Vals<M>>,
{
    let (mut blocks, x, dy) = (made::<f64, [L; N]>(20), filled::<f64, M, B>(21), filled::<f64, M, B>(22));
    let (mut y, mut dx) = (filled::<f64, M, B>(23), filled::<f64, M, B>(24));
    let (mut tape, mut grad) = (zero::<<[L; N] as Layer<f64, _, _>>::Tape<B>>(), zero());
    let mut work = zero::<<[L; N] as Layer<f64, _, _>>::Work<B>>();
    blocks.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    blocks.backward(&x, &y, &tape, &dy, Some(&mut dx), Some(&mut grad), &mut work, pass);

    let mut one = zero::<L::Work<B>>();
    let mut values = vec![x];
    let (mut tapes, mut passes, mut grads) = (Vec::new(), Vec::new(), Vec::new());
    let mut here = pass;
    for (i, block) in blocks.iter().enumerate() {
        let (mut y, mut tape) = (zero(), zero::<L::Tape<B>>());
        passes.push(here.at(i as u64));
        block.forward(&values[i], &mut y, Some(&mut tape), &mut one, passes[i]);
        here = here.with_lens(L::lens(here));
        values.push(y);
        tapes.push(tape);
        grads.push(zero::<L::Grad>());
    }
    let mut d = dy;
    for i in (0..N).rev() {
        let mut dx = zero();
        let g = Some(&mut grads[i]);
        blocks[i].backward(&values[i], &values[i + 1], &tapes[i], &d, Some(&mut dx), g, &mut one, passes[i]);
        d = dx;
    }
    assert_eq!(bits(y.as_slice()), bits(values[N].as_slice()), "y of {N}");
    assert_eq!(bits(dx.as_slice()), bits(d.as_slice()), "dx of {N}");
    let apart: Vec<_> = blocks.iter_mut().zip(&mut grads).map(|(b, g)| named::<f64, L>(b, g)).collect();
    let together = named::<f64, [L; N]>(&mut blocks, &mut grad);
    assert_eq!(together.len(), apart.concat().len());
    for (a, b) in together.iter().zip(apart.concat()) {
        assert_eq!(bits(&a.1), bits(&b.1), "gradient of {} of {N}", a.0);
        assert!(a.1.iter().any(|g| *g != 0.0), "{} learns", a.0);
    }
    let out = <[L; N] as Layer<f64, Vals<M>, Vals<M>>>::lens(pass);
    for b in 0..B {
        assert_eq!(out.steps(b, M), here.lens().steps(b, M), "valid steps behind {N}");
    }

    let mut settled = made::<f64, [L; N]>(20);
    for (i, block) in settled.iter_mut().enumerate() {
        block.settle(&tapes[i], passes[i]);
    }
    blocks.settle(&tape, pass);
    assert_eq!(params_of(&blocks), params_of(&settled), "after settling {N}");
}

#[test]
fn repeated_layers_equal_the_same_layers_one_by_one() {
    let pass = Pass::train(Rng::new(25)).chunk(7, 4);
    equals_calls_one_by_one::<Block<f64>, 4, 1, 5>(pass);
    equals_calls_one_by_one::<Block<f64>, 4, 2, 5>(pass);
    equals_calls_one_by_one::<Block<f64>, 4, 3, 5>(pass);
    equals_calls_one_by_one::<Block<f64>, 4, 6, 5>(pass);
}

#[test]
fn each_repetition_sees_the_lengths_that_the_one_before_left() {
    equals_calls_one_by_one::<Next<f64>, 10, 1, 2>(Pass::infer().padded(Lens::of(&[5, 4])));
    equals_calls_one_by_one::<Next<f64>, 10, 2, 2>(Pass::infer().padded(Lens::of(&[5, 4])));
    equals_calls_one_by_one::<Next<f64>, 10, 3, 2>(Pass::infer().padded(Lens::of(&[5, 4])));
    equals_calls_one_by_one::<Rnn<f64, 2, 2>, 10, 3, 2>(Pass::infer().padded(Lens::of(&[5, 3])));

    let (three, x) = (made::<f64, [Next<f64>; 3]>(20), filled::<f64, 10, 2>(21));
    let mut y = SMatrix::<f64, 10, 2>::zeros();
    three.forward(&x, &mut y, None, &mut zero(), Pass::infer().padded(Lens::of(&[5, 4])));
    let steps = |b: usize| y.column(b).iter().filter(|y| **y != 0.0).count() / 2;
    assert_eq!((steps(0), steps(1)), (2, 1), "three steps go");
    assert_eq!(<[Next<f64>; 3] as Layer<f64, _, _>>::LENS, LenMap::window(4, 1, 0));
}

#[test]
fn repeated_layers_keep_the_contract() {
    let train = Pass::train(Rng::new(26));
    check(&mut made::<f64, [Block<f64>; 1]>(27), &mut filled::<f64, 4, 3>(28), train);
    check(&mut made::<f64, [Block<f64>; 2]>(27), &mut filled::<f64, 4, 3>(28), train);
    let grads = check(&mut made::<f64, [Block<f64>; 3]>(27), &mut filled::<f64, 4, 3>(28), train).grad;
    let names: Vec<_> = grads.into_iter().map(|g| g.0).collect();
    let each = ["fc.weight", "fc.bias", "norm.weight", "norm.bias"];
    assert_eq!(names, [0, 1, 2].map(|i| each.map(|f| format!("{i}.{f}"))).concat());

    let padded = Pass::infer().padded(Lens::of(&[5, 4]));
    let dx = check(&mut made::<f64, [Next<f64>; 3]>(29), &mut filled::<f64, 10, 2>(30), padded).dx;
    let (first, second) = dx.split_at(10);
    assert!(first[6..].iter().all(|d| *d != 0.0) && second[6..8].iter().all(|d| *d != 0.0), "{dx:?}");
    assert_eq!((&first[..6], &second[..6], &second[8..]), (&[0.0; 6][..], &[0.0; 6][..], &[0.0; 2][..]));
}

#[test]
fn repetitions_draw_different_random_numbers() {
    let (drops, x) = (<[Dropout; 2]>::ZERO, SMatrix::<f64, 64, 1>::repeat(1.0));
    let mut y = SMatrix::<f64, 64, 1>::zeros();
    let pass = Pass::train(Rng::new(31));
    drops.forward(&x, &mut y, None, &mut zero(), pass);
    let kept = y.iter().filter(|y| **y != 0.0).count();
    assert!((4..30).contains(&kept), "a quarter of 64 is kept, not half: {kept}");
    assert_eq!(<[Dropout; 2] as Params<f64>>::PARAMS, 0);
}
