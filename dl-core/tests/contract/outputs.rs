//! Two outputs with a loss each: `v = tanh(stem(x))`, `y = (class(v), size(v))`.

use dl_core::kernels::add_to;
use dl_core::layers::{Dense, Tanh};
use dl_core::loss::Count;
use dl_core::nalgebra::SMatrix;
use dl_core::{Layer, Loss, Pass, Real, Rng, Vals, pointwise};

use crate::layers::{Both, Classes, Counts, Squares};
use crate::support::{Numbers, check, filled, made, named, zero};

network! {
    struct Heads<T>, HeadsGrad { stem: Dense<T, 3, 4>, class: Dense<T, 4, 3>, size: Dense<T, 4, 2> }
}
memory! { struct HeadsTape[T: Real, const B: usize]<T, B> { stem: SMatrix<T, 4, B> } }
memory! { struct HeadsWork[T: Real, const B: usize]<T, B> { even: SMatrix<T, 4, B>, extra: SMatrix<T, 4, B> } }

impl<T: Real> Layer<T, Vals<3>, (Vals<3>, Vals<2>)> for Heads<T> {
    type Tape<const B: usize> = HeadsTape<T, B>;
    type Work<const B: usize> = HeadsWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        (class, size): (&mut SMatrix<T, 3, B>, &mut SMatrix<T, 2, B>),
        tape: Option<&mut HeadsTape<T, B>>,
        work: &mut HeadsWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let stem = match tape {
            Some(tape) => &mut tape.stem,
            None => &mut work.even,
        };
        self.stem.forward_then(&Tanh, x, stem, pass.at(0));
        self.class.forward(stem, class, None, &mut (), pass.at(1));
        self.size.forward(stem, size, None, &mut (), pass.at(2));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        (class, size): (&SMatrix<T, 3, B>, &SMatrix<T, 2, B>),
        tape: &HeadsTape<T, B>,
        (d_class, d_size): (&SMatrix<T, 3, B>, &SMatrix<T, 2, B>),
        dx: Option<&mut SMatrix<T, 3, B>>,
        mut grad: Option<&mut HeadsGrad<T>>,
        HeadsWork { even: d_stem, extra }: &mut HeadsWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let g = grad.as_deref_mut().map(|g| &mut g.size);
        self.size.backward(&tape.stem, size, &(), d_size, Some(d_stem), g, &mut (), pass.at(2));
        let g = grad.as_deref_mut().map(|g| &mut g.class);
        self.class.backward(&tape.stem, class, &(), d_class, Some(extra), g, &mut (), pass.at(1));
        add_to(d_stem.as_mut_slice(), extra.as_slice());
        pointwise::backward_in_place(&Tanh, &tape.stem, d_stem, pass);
        let g = grad.map(|g| &mut g.stem);
        self.stem.backward(x, &tape.stem, &(), d_stem, dx, g, &mut (), pass.at(0));
    }
}

type Out<const B: usize> = (SMatrix<f64, 3, B>, SMatrix<f64, 2, B>);

/// What counts in a chunk. A class says nothing of the output's size, so that the signal is written out.
fn count<const B: usize>(
    loss: &Both<Classes, Squares>,
    target: (&[[u16; 1]; B], &SMatrix<f64, 2, B>),
    live: usize,
) -> Counts<f64, f64> {
    Loss::<f64, (Vals<3>, Vals<2>)>::count(loss, target, Pass::train(Rng::new(0)).chunk(0, live))
}

#[test]
fn both_outputs_reach_the_parameters() {
    check(&mut made::<f64, Heads<f64>>(60), &mut filled::<f64, 3, 3>(61), Pass::infer());
}

#[test]
fn two_losses_are_one_loss_for_two_outputs() {
    let (classes, sizes) = ([[2], [0], [1], [1]], filled::<f64, 2, 4>(62));
    let pass = Pass::train(Rng::new(0)).chunk(0, 3);
    let loss = Both(Classes, Squares);
    let total = count(&loss, (&classes, &sizes), 3);
    assert_eq!((total.0, total.1), (3.0, 6.0));
    let mut y: Out<4> = (filled(63), filled(64));
    let mut d: Out<4> = (filled(65), filled(66));
    let target = (&classes, &sizes);
    let value = loss.value_and_grad((&y.0, &y.1), target, (Some(&mut d.0), Some(&mut d.1)), total, pass);
    let class: f64 = Classes.value_and_grad(&y.0, &classes, None, 3.0, pass.with_lens(pass.lens().0));
    let size: f64 = Squares.value_and_grad(&y.1, &sizes, None, 6.0, pass.with_lens(pass.lens().1));
    assert_eq!(value, class + size);

    let (at, d) = (y.copied(), d.copied());
    for i in 0..at.len() {
        let mut moved = |by: f64| {
            *y.numbers()[i] = at[i] + by;
            loss.value_and_grad((&y.0, &y.1), target, (None, None), total, pass)
        };
        let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        moved(0.0);
        assert!(
            (d[i] - difference).abs() < 1e-9,
            "d[{i}]: finite difference {difference}, backward {}",
            d[i]
        );
    }
    assert!(d[9..12].iter().chain(&d[18..]).all(|d| *d == 0.0), "sample 3 does not count: {d:?}");
}

#[test]
fn a_step_of_several_chunks_is_one_mean() {
    let (classes, sizes) = ([[2], [0], [1]], filled::<f64, 2, 3>(62));
    let y: Out<3> = (filled(63), filled(64));
    let loss = Both(Classes, Squares);
    let whole = loss.value_and_grad(
        (&y.0, &y.1),
        (&classes, &sizes),
        (None, None),
        count(&loss, (&classes, &sizes), 3),
        Pass::infer(),
    );
    let part = |b: usize| {
        let size = (y.0.column(b).into_owned(), y.1.column(b).into_owned());
        (size, [classes[b]], sizes.column(b).into_owned())
    };
    let parts = [part(0), part(1), part(2)];
    let mut total = Count::ZERO;
    for (_, class, size) in &parts {
        total = Count::add(total, count(&loss, (class, size), 1));
    }
    let mut sum = 0.0;
    for ((y, z), class, size) in &parts {
        sum += loss.value_and_grad((y, z), (class, size), (None, None), total, Pass::infer());
    }
    assert!((whole - sum).abs() < 1e-14, "{whole} at once, {sum} in three chunks");
}

#[test]
fn an_output_that_no_loss_uses_teaches_nothing() {
    let (mut net, x) = (made::<f64, Heads<f64>>(60), filled::<f64, 3, 2>(61));
    let mut y: Out<2> = (zero(), zero());
    let (mut tape, mut work, mut grad, mut dx) = (zero(), zero(), zero(), filled::<f64, 3, 2>(68));
    let (d_class, unused) = (filled::<f64, 3, 2>(67), SMatrix::zeros());
    net.forward(&x, (&mut y.0, &mut y.1), Some(&mut tape), &mut work, Pass::infer());
    net.backward(
        &x,
        (&y.0, &y.1),
        &tape,
        (&d_class, &unused),
        Some(&mut dx),
        Some(&mut grad),
        &mut work,
        Pass::infer(),
    );
    for (name, grad) in named(&mut net, &mut grad) {
        assert_eq!(grad.iter().all(|g| *g == 0.0), name.starts_with("size"), "{name}: {grad:?}");
    }

    // As if the second head did not exist.
    let (mut d, mut only) = (SMatrix::<f64, 4, 2>::zeros(), SMatrix::<f64, 3, 2>::zeros());
    net.class.backward(&tape.stem, &y.0, &(), &d_class, Some(&mut d), None, &mut (), Pass::infer());
    pointwise::backward_in_place(&Tanh, &tape.stem, &mut d, Pass::<1>::infer());
    net.stem.backward(&x, &tape.stem, &(), &d, Some(&mut only), None, &mut (), Pass::infer());
    assert_eq!(dx, only);
}
