//! Padded rows: `mean(tanh(window(fc(x))))` on rows of several lengths equals the same network on each row alone.
//!
//! `fc` does not know of lengths and fills the padding with its bias; only the layers that cross steps read them.

use dl_core::layers::{Dense, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::signal::{LenMap, Lengths, Lens};
use dl_core::{Layer, Params, Pass, Real, Rng, Vals, pointwise};

use crate::layers::{MeanSteps, Window};
use crate::support::{bits, check, filled, made, named, zero};

type Wide<T> = Window<T, 2, 3, 3, 2, 1, 6>;
type Narrow<T> = Window<T, 3, 2, 2, 1, 0, 6>;

network! {
    /// The parameters; how many steps come in is the business of [`Steps`].
    struct Seq<T>, SeqGrad { fc: Dense<T, 2, 2>, wide: Wide<T>, narrow: Narrow<T>, mean: MeanSteps<2> }
}
memory! {
    /// The network for rows of `X / 2` steps, of which `W / 3` are left behind `wide` and `N / 2` behind `narrow`.
    struct Steps[T: Real, const X: usize, const W: usize, const N: usize]<T, X, W, N> { net: Seq<T> }
}
memory! {
    struct SeqTape[T: Real, const X: usize, const W: usize, const N: usize, const B: usize]<T, X, W, N, B> {
        fc: SMatrix<T, X, B>,
        wide: SMatrix<T, W, B>,
        narrow: SMatrix<T, N, B>,
    }
}

impl<T: Real, const X: usize, const W: usize, const N: usize> Params<T> for Steps<T, X, W, N> {
    type Grad = SeqGrad<T>;
    const PARAMS: usize = Seq::<T>::PARAMS;
    fn visit(&self, at: dl_core::params::Path<'_>, f: &mut dl_core::params::Visitor<'_, T>) {
        self.net.visit(at, f);
    }
    fn zip<const M: usize>(
        &mut self,
        with: [&mut SeqGrad<T>; M],
        at: dl_core::params::Path<'_>,
        f: &mut dl_core::params::Zipper<'_, T, M>,
    ) {
        self.net.zip(with, at, f);
    }
    fn init(&mut self, rng: Rng) {
        self.net.init(rng);
    }
}

/// The lengths seen by `fc` and `wide`, by `narrow`, and by `mean`.
fn lens<const B: usize>(pass: Pass<'_, B>) -> [Pass<'_, B>; 3] {
    let wide = pass.with_lens(pass.lens().map(LenMap::window(3, 2, 2)));
    let narrow = wide.with_lens(wide.lens().map(LenMap::window(2, 1, 0)));
    [pass, wide, narrow]
}

impl<T: Real, const X: usize, const W: usize, const N: usize> Layer<T, Vals<X>, Vals<2>>
    for Steps<T, X, W, N>
{
    type Tape<const B: usize> = SeqTape<T, X, W, N, B>;
    type Work<const B: usize> = SeqTape<T, X, W, N, B>;

    const LENS: LenMap = LenMap::DROP;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, 2, B>,
        tape: Option<&mut Self::Tape<B>>,
        work: &mut Self::Work<B>,
        pass: Pass<'_, B>,
    ) {
        let [input, wide, narrow] = lens(pass);
        let values = tape.unwrap_or(work);
        self.net.fc.forward(x, &mut values.fc, None, &mut (), input);
        self.net.wide.forward(&values.fc, &mut values.wide, None, &mut (), input);
        pointwise::forward_in_place::<T, Tanh>(pass, values.wide.as_mut_slice());
        self.net.narrow.forward(&values.wide, &mut values.narrow, None, &mut (), wide);
        self.net.mean.forward(&values.narrow, y, None, &mut (), narrow);
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &SMatrix<T, 2, B>,
        tape: &Self::Tape<B>,
        dy: &SMatrix<T, 2, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        mut grad: Option<&mut SeqGrad<T>>,
        d: &mut Self::Work<B>,
        pass: Pass<'_, B>,
    ) {
        let [input, wide, narrow] = lens(pass);
        self.net.mean.backward(&tape.narrow, y, &(), dy, Some(&mut d.narrow), None, &mut (), narrow);
        let g = grad.as_deref_mut().map(|g| &mut g.narrow);
        self.net.narrow.backward(
            &tape.wide,
            &tape.narrow,
            &(),
            &d.narrow,
            Some(&mut d.wide),
            g,
            &mut (),
            wide,
        );
        pointwise::backward_in_place(&Tanh, &tape.wide, &mut d.wide, pass);
        let g = grad.as_deref_mut().map(|g| &mut g.wide);
        self.net.wide.backward(&tape.fc, &tape.wide, &(), &d.wide, Some(&mut d.fc), g, &mut (), input);
        let g = grad.map(|g| &mut g.fc);
        self.net.fc.backward(x, &tape.fc, &(), &d.fc, dx, g, &mut (), input);
    }
}

/// Nine steps, five behind the wide window, four behind the narrow one.
type Full = Steps<f64, 18, 15, 8>;

/// Runs one row alone, in a network of just its length, and compares with row `b` of `y`, `dx`; gives its gradient.
fn alone<const X: usize, const W: usize, const N: usize, const B: usize>(
    b: usize,
    x: &SMatrix<f64, 18, B>,
    y: &SMatrix<f64, 2, B>,
    dy: &SMatrix<f64, 2, B>,
    dx: &SMatrix<f64, 18, B>,
    sum: &mut SeqGrad<f64>,
) {
    let net = made::<f64, Steps<f64, X, W, N>>(40);
    let row = x.fixed_view::<X, 1>(0, b).into_owned();
    let d_out = dy.column(b).into_owned();
    let (mut out, mut d_row) = (SMatrix::<f64, 2, 1>::zeros(), SMatrix::<f64, X, 1>::zeros());
    let (mut tape, mut work) = (zero(), zero());
    net.forward(&row, &mut out, Some(&mut tape), &mut work, Pass::infer());
    net.backward(&row, &out, &tape, &d_out, Some(&mut d_row), Some(sum), &mut work, Pass::infer());
    assert_eq!(bits(y.column(b).as_slice()), bits(out.as_slice()), "y of row {b}");
    let (valid, past) = dx.as_slice()[18 * b..18 * (b + 1)].split_at(X);
    assert_eq!(valid, d_row.as_slice(), "dx of row {b}");
    assert!(past.iter().all(|d| *d == 0.0), "padding of row {b} receives {past:?}");
}

#[test]
fn a_padded_row_equals_the_unpadded_run_forward_and_backward() {
    let lengths = [9, 6, 5, 4];
    let mut x = filled::<f64, 18, 4>(41);
    for (b, &len) in lengths.iter().enumerate() {
        for i in 2 * usize::from(len)..18 {
            x[(i, b)] = 1e3 + i as f64; // what padding holds must not matter
        }
    }
    let (mut net, dy) = (made::<f64, Full>(40), filled::<f64, 2, 4>(42));
    let (mut y, mut dx) = (SMatrix::<f64, 2, 4>::zeros(), filled::<f64, 18, 4>(43));
    let (mut tape, mut work, mut grad) = (zero(), zero(), zero());
    let pass = Pass::infer().padded(Lens::of(&lengths));
    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    net.backward(&x, &y, &tape, &dy, Some(&mut dx), Some(&mut grad), &mut work, pass);

    let mut sum = zero();
    alone::<18, 15, 8, 4>(0, &x, &y, &dy, &dx, &mut sum);
    alone::<12, 9, 4, 4>(1, &x, &y, &dy, &dx, &mut sum);
    alone::<10, 9, 4, 4>(2, &x, &y, &dy, &dx, &mut sum);
    alone::<8, 6, 2, 4>(3, &x, &y, &dy, &dx, &mut sum);
    for ((name, padded), (_, rows)) in named(&mut net, &mut grad).into_iter().zip(named(&mut net, &mut sum)) {
        for (padded, row) in padded.iter().zip(&rows) {
            assert!((padded - row).abs() <= 1e-13, "{name}: padded {padded}, row by row {row}");
        }
    }
}

#[test]
fn lengths_matter() {
    let (net, x) = (made::<f64, Full>(40), filled::<f64, 18, 1>(41));
    let (mut short, mut long) = (SMatrix::<f64, 2, 1>::zeros(), SMatrix::<f64, 2, 1>::zeros());
    net.forward(&x, &mut short, None, &mut zero(), Pass::infer().padded(Lens::of(&[6])));
    net.forward(&x, &mut long, None, &mut zero(), Pass::infer());
    assert_ne!(short, long);
}

#[test]
fn a_row_without_a_single_window_is_zero_and_receives_zero() {
    let (net, x, dy) = (made::<f64, Full>(40), filled::<f64, 18, 2>(41), filled::<f64, 2, 2>(42));
    let pass = Pass::infer().padded(Lens::of(&[2, 0]));
    let (mut y, mut dx) = (filled::<f64, 2, 2>(44), filled::<f64, 18, 2>(45));
    let (mut tape, mut work) = (zero(), zero());
    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    net.backward(&x, &y, &tape, &dy, Some(&mut dx), None, &mut work, pass);
    assert_eq!((y, dx), (SMatrix::zeros(), SMatrix::zeros()));
}

#[test]
fn gradients_of_padded_rows_match_finite_differences() {
    let pass = Pass::infer().padded(Lens::of(&[9, 6, 4]));
    check(&mut made::<f64, Full>(40), &mut filled::<f64, 18, 3>(46), pass);
}

#[test]
fn lengths_end_behind_a_mean() {
    let out = Full::lens(Pass::<3>::infer().padded(Lens::of(&[9, 6, 4])));
    assert!(out.lead().is_full());
    assert_eq!(out.steps(1, 2), 2);
}
