//! A recurrent layer that starts from a given state. PyTorch: `gru(x, h_0)`.

use nalgebra::SMatrix;

use crate::kernels::recurrence::{Input, Output};
use crate::layers::recurrent::{self, Recurrent, Start};
use crate::signal::{LenMap, Lens};
use crate::{Layer, Pass, Real, Vals};

/// A recurrent layer that starts from a given state. PyTorch: `gru(x, h_0)`.
///
/// Written as a call with two values: `gru(x, h)`, and so of an `Rnn`. `[steps, features]` and a state of `[HIDDEN]` become
/// `[steps, HIDDEN]`; with [`Last`](crate::options::Last) they become `[HIDDEN]`.
///
/// - forward:  that of the layer, with `h` before the first step in place of zeros
/// - backward: that of the layer, to the state too: `dh` is what comes back through the first step, and `dU` gets `du₁ hᵀ`
///
/// Valid lengths are those of `x`. Where no step is valid the output is zero. Parameters are those of the layer, by their
/// names: a network in which it starts from zeros loads them.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::{FromState, Rnn}};
///
/// // sums that begin at 100
/// let mut sums = FromState::<Rnn<f64, 1, 1, 3, 0, 1, true>>::ZERO;
/// (sums.0.weight_ih, sums.0.weight_hh) = (matrix![1.0], matrix![1.0]);
/// let (x, h, mut y, mut work) = (vector![1.0, 2.0, 3.0], vector![100.0], vector![0.0, 0.0, 0.0], Blank::ZERO);
/// sums.forward((&x, &h), &mut y, None, &mut work, Pass::infer());
/// assert_eq!(y, vector![101.0, 103.0, 106.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = ([20, 6], [4]), crate = dl_core)]
/// #[forward(|x, about| gru(x, start(about)))]
/// struct Decoder { start: Dense<16>, gru: Gru<16> }
///
/// assert_eq!(<Decoder>::PARAMS, 16 * 4 + 16 + 3 * 16 * (6 + 16 + 2));
/// ```
#[doc(alias = "h_0")]
#[doc(alias = "hx")]
#[derive(Debug)]
#[repr(C)]
pub struct FromState<L>(
    /// The layer.
    pub L,
);

impl<L> FromState<L> {
    const fn output<T: Real>() -> Output
    where
        L: Recurrent<T>,
    {
        Output::of(L::HIDDEN, L::KEEPS)
    }
}

/// The pass of the sequence.
fn of_sequence<'a, const B: usize>(pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>) -> Pass<'a, B> {
    pass.with_lens(pass.lens().0)
}

impl<T: Real, L: Recurrent<T>, const X: usize, const H: usize, const Y: usize>
    Layer<T, (Vals<X>, Vals<H>), Vals<Y>> for FromState<L>
{
    type Tape<const B: usize> = L::Kept<B>;
    type Work<const B: usize> = L::Memory<B>;

    const MACS: usize = <L as Recurrent<T>>::MACS;
    const NEEDS_Y: bool = !L::KEEPS;
    const SETS_GRAD: bool = true;
    const TOGETHER: usize = recurrent::TOGETHER;
    const LENS: LenMap = if L::KEEPS { LenMap::DROP } else { LenMap::SAME };

    fn forward<'a, const B: usize>(
        &self,
        (x, h): (&SMatrix<T, X, B>, &SMatrix<T, H, B>),
        y: &mut SMatrix<T, Y, B>,
        tape: Option<&mut Self::Tape<B>>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        const {
            let columns = if L::KEEPS { 1 } else { L::STEPS };
            assert!(X == L::STEPS * L::INPUTS && H == L::HIDDEN && Y == columns * H);
        }
        let pass = of_sequence(pass);
        let (x, start) = (Input::Numbers(x.as_slice()), Start::From(h.as_slice()));
        self.0.run(start, Self::output(), x, y.as_mut_slice(), tape, work, pass);
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        (x, h): (&SMatrix<T, X, B>, &SMatrix<T, H, B>),
        y: &SMatrix<T, Y, B>,
        tape: &Self::Tape<B>,
        dy: &SMatrix<T, Y, B>,
        (dx, dh): (Option<&mut SMatrix<T, X, B>>, Option<&mut SMatrix<T, H, B>>),
        grad: Option<&mut Self>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        let pass = of_sequence(pass);
        let (x, start) = (Input::Numbers(x.as_slice()), Start::From(h.as_slice()));
        let derivatives = [dx.map(|dx| dx.as_mut_slice()), dh.map(|dh| dh.as_mut_slice())];
        let (values, grad) = ([y.as_slice(), dy.as_slice()], grad.map(|grad| &mut grad.0));
        self.0.run_back(start, Self::output(), x, values, tape, derivatives, grad, work, pass);
    }
}

recurrent::around_layer!(FromState);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::layers::{Gru, Rnn};
    use crate::params::Path;
    use crate::{Blank, Params, Rng, gradcheck, math};

    #[test]
    fn forward_by_hand() {
        // z is ½, and n is tanh 3 h
        let mut gru = FromState(Gru::<f64, 1, 1, 3, 2>::ZERO);
        gru.0.weight_hh = matrix![0.0; 0.0; 6.0];
        let (x, h, mut y, mut work) = (vector![7.0, 8.0], vector![2.0], vector![0.0, 0.0], Blank::ZERO);
        gru.forward((&x, &h), &mut y, None, &mut work, Pass::infer());
        let step = |h: f64| 0.5 * math::tanh(3.0 * h) + 0.5 * h;
        assert!((y - vector![step(2.0), step(step(2.0))]).amax() < 1e-15, "{y}");
    }

    /// Central differences on three random samples: whole, with two of them live, and with all, one and no valid steps.
    fn differences<L, const X: usize, const H: usize, const Y: usize>()
    where
        L: Recurrent<f64>,
    {
        let mut layer = FromState(L::ZERO);
        Params::<f64>::init(&mut layer, Rng::new(3));
        let mut rng = Rng::new(4);
        let mut both = (
            SMatrix::<f64, X, 3>::from_fn(|_, _| rng.normal()),
            SMatrix::<f64, H, 3>::from_fn(|_, _| rng.normal()),
        );
        let pass = Pass::train(Rng::new(0));
        let valid = ([u16::MAX, 1, 0], [u16::MAX; 3]);
        let padded = pass.padded((Lens::of(&valid.0), Lens::of(&valid.1)));
        for pass in [Pass::infer(), pass, pass.chunk(0, 2), padded] {
            let report =
                gradcheck::layer::<_, (Vals<X>, Vals<H>), Vals<Y>, 3>(&mut layer, &mut both, pass).unwrap();
            assert_eq!(report.checked, 3 * (X + H) + L::PARAMS);
        }
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences::<Gru<f64, 2, 3, 9, 4>, 8, 3, 12>();
        differences::<Gru<f64, 2, 3, 9, 4, 4>, 8, 3, 3>();
        differences::<Gru<f64, 2, 17, 51, 1, 0, 0>, 2, 17, 17>();
        differences::<Rnn<f64, 2, 3, 4>, 8, 3, 12>();
        differences::<Rnn<f64, 1, 2, 3, 3, 2, true>, 3, 2, 2>();
    }

    #[test]
    fn a_fresh_gradient_is_overwritten() {
        let mut layer = FromState(Gru::<f64, 2, 3, 9, 4>::ZERO);
        Params::<f64>::init(&mut layer, Rng::new(3));
        let (x, h) = (SMatrix::<f64, 8, 2>::repeat(0.5), SMatrix::<f64, 3, 2>::repeat(-0.7));
        let (mut y, mut tape, mut work) = (SMatrix::<f64, 12, 2>::zeros(), Blank::ZERO, Blank::ZERO);
        for lens in [[u16::MAX; 2], [3, 0]] {
            let pass = Pass::train(Rng::new(0)).padded((Lens::of(&lens), Lens::of(&[u16::MAX; 2])));
            layer.forward((&x, &h), &mut y, Some(&mut tape), &mut work, pass);
            let dy = SMatrix::<f64, 12, 2>::from_fn(|i, b| (i + b) as f64 - 1.5);
            let mut sums = [(); 2].map(|()| FromState::<Gru<f64, 2, 3, 9, 4>>::ZERO);
            let [once, set] = &mut sums;
            layer.backward((&x, &h), &y, &tape, &dy, (None, None), Some(once), &mut work, pass);
            for pass in [pass, pass.fresh(true)] {
                layer.backward((&x, &h), &y, &tape, &dy, (None, None), Some(set), &mut work, pass);
            }
            let mut any = FromState::<Gru<f64, 2, 3, 9, 4>>::ZERO;
            any.zip([once, set], Path::ROOT, &mut |path, _, [once, set]| assert_eq!(once, set, "{path}"));
        }
    }

    #[test]
    fn from_zeros_and_from_the_state_before_it_is_the_whole_recurrence() {
        let mut whole = Gru::<f32, 2, 17, 51, 6>::ZERO;
        whole.init(Rng::new(3));
        let mut rng = Rng::new(4);
        let x = SMatrix::<f32, 12, 1>::from_fn(|_, _| rng.normal() as f32);
        let (mut expected, mut work) = (SMatrix::<f32, 102, 1>::zeros(), Blank::ZERO);
        whole.forward(&x, &mut expected, None, &mut work, Pass::infer());
        let mut half = FromState(Gru::<f32, 2, 17, 51, 3>::ZERO);
        (half.0.weight_ih, half.0.weight_hh) = (whole.weight_ih, whole.weight_hh);
        (half.0.bias_ih, half.0.bias_hh) = (whole.bias_ih, whole.bias_hh);
        let (mut h, mut work) = (SMatrix::<f32, 17, 1>::zeros(), Blank::ZERO);
        for part in 0..2 {
            let (x, mut y) = (x.fixed_rows::<6>(6 * part).into_owned(), SMatrix::<f32, 51, 1>::zeros());
            half.forward((&x, &h), &mut y, None, &mut work, Pass::infer());
            assert!((y - expected.fixed_rows::<51>(51 * part)).amax() < 1e-6);
            h = y.fixed_rows::<17>(34).into_owned();
        }
    }
}
