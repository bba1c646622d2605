//! A recurrent layer that runs in both directions. PyTorch: `bidirectional=True`.

use core::mem::offset_of;

use nalgebra::SMatrix;

use crate::kernels::{
    self,
    recurrence::{Input, Output},
};
use crate::layers::recurrent::{self, Recurrent, Start};
use crate::params::{ParamLayout, Path, Visitor, Zipper};
use crate::signal::LenMap;
use crate::{Blank, Layer, Params, Pass, Real, Rng, Vals};

/// A recurrent layer that runs in both directions. PyTorch: `bidirectional=True`.
///
/// Written as an option in a network: `Lstm<HIDDEN, Bidirectional>`, and so `Gru` and `Rnn`. `[steps, features]` becomes
/// `[steps, 2 HIDDEN]`; with [`Last`](crate::options::Last) it becomes `[2 HIDDEN]`.
///
/// - forward: `yₜ = (h→ₜ, h←ₜ)`, where `h→` are the states of one layer from the first step to the last, and `h←` those of
///   another from the last to the first; with `Last`, the state of each after all its steps
/// - backward: that of both, whose `dx` add up
///
/// The second begins at the last valid step. The tape holds what both keep, and all their states. Parameters have PyTorch's
/// names: those of the second end in `_reverse`. Schuster, Paliwal: *Bidirectional Recurrent Neural Networks* (1997).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::{Bidirectional, Rnn}};
///
/// // sums from both ends
/// let mut sums = Bidirectional::<Rnn<f64, 1, 1, 3, 3, 1, true>, false>::ZERO;
/// for rnn in [&mut sums.forward, &mut sums.reverse] {
///     (rnn.weight_ih, rnn.weight_hh) = (matrix![1.0], matrix![1.0]);
/// }
/// let (mut y, mut work) = (vector![0.0, 0.0, 0.0, 0.0, 0.0, 0.0], Blank::ZERO);
/// sums.forward(&vector![1.0, 10.0, 100.0], &mut y, None, &mut work, Pass::infer());
/// assert_eq!(y, vector![1.0, 111.0, 11.0, 110.0, 111.0, 100.0]);
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct Bidirectional<L, const LAST: bool> {
    /// From the first step to the last.
    pub forward: L,
    /// From the last step to the first.
    pub reverse: L,
}

impl<L, const LAST: bool> Bidirectional<L, LAST> {
    const fn outputs<T: Real>() -> [Output; 2]
    where
        L: Recurrent<T>,
    {
        let width = 2 * L::HIDDEN;
        [Output::of(width, LAST), Output { width, offset: L::HIDDEN, last: LAST }]
    }
}

impl<T: Real, L: Recurrent<T>, const LAST: bool, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>>
    for Bidirectional<L, LAST>
{
    /// Of both.
    type Tape<const B: usize> = (L::Kept<B>, L::Kept<B>);
    /// Of one at a time, and the `dx` of one.
    type Work<const B: usize> = (L::Memory<B>, SMatrix<T, X, B>);

    const MACS: usize = 2 * <L as Recurrent<T>>::MACS;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;
    const TOGETHER: usize = recurrent::TOGETHER;
    const LENS: LenMap = if LAST { LenMap::DROP } else { LenMap::SAME };

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        tape: Option<&mut Self::Tape<B>>,
        (work, _): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const {
            let columns = if LAST { 1 } else { L::STEPS };
            assert!(L::KEEPS && X == L::STEPS * L::INPUTS && Y == columns * 2 * L::HIDDEN);
        }
        let [forward, reverse] = const { Self::outputs::<T>() };
        let (tape, of_reverse) = match tape {
            Some((forward, reverse)) => (Some(forward), Some(reverse)),
            None => (None, None),
        };
        let x = Input::Numbers(x.as_slice());
        self.forward.run(Start::First, forward, x, y.as_mut_slice(), tape, work, pass);
        self.reverse.run(Start::Last, reverse, x, y.as_mut_slice(), of_reverse, work, pass);
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, Y, B>,
        (tape, of_reverse): &Self::Tape<B>,
        dy: &SMatrix<T, Y, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        (work, other): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        let [forward, reverse] = const { Self::outputs::<T>() };
        let (x, values) = (Input::Numbers(x.as_slice()), [&[][..], dy.as_slice()]);
        let (grad, of_second) = match grad {
            Some(Bidirectional { forward, reverse }) => (Some(forward), Some(reverse)),
            None => (None, None),
        };
        let (mut dx, other) = (dx.map(|dx| dx.as_mut_slice()), other.as_mut_slice());
        let of_first = [dx.as_deref_mut(), None];
        self.forward.run_back(Start::First, forward, x, values, tape, of_first, grad, work, pass);
        let of_other = [dx.is_some().then_some(&mut *other), None];
        self.reverse.run_back(Start::Last, reverse, x, values, of_reverse, of_other, of_second, work, pass);
        if let Some(dx) = dx {
            kernels::add_to(dx, other);
        }
    }
}

impl<T: Real, L: Recurrent<T>, const LAST: bool> Params<T> for Bidirectional<L, LAST> {
    type Grad = Self;
    const PARAMS: usize = 2 * L::PARAMS;
    const FLAT: bool = L::FLAT;
    // both directions in one list: they differ in their names alone
    const LAYOUT: ParamLayout = {
        let [a, b, c, d] = recurrent::fields::<T, L>(false, offset_of!(Self, forward));
        let [e, f, g, h] = recurrent::fields::<T, L>(true, offset_of!(Self, reverse));
        ParamLayout::Fields(&[a, b, c, d, e, f, g, h])
    };

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        recurrent::visit(&self.forward, false, at, f);
        recurrent::visit(&self.reverse, true, at, f);
    }

    fn zip<const N: usize>(&mut self, mut with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        recurrent::zip(&mut self.forward, with.each_mut().map(|g| &mut g.forward), false, at, f);
        recurrent::zip(&mut self.reverse, with.map(|g| &mut g.reverse), true, at, f);
    }

    fn init(&mut self, rng: Rng) {
        self.forward.init(rng.fork(0));
        self.reverse.init(rng.fork(1));
    }
}

impl<L: Blank, const LAST: bool> Blank for Bidirectional<L, LAST> {
    const ZERO: Self = Bidirectional { forward: L::ZERO, reverse: L::ZERO };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::recurrent::testing::differences;
    use crate::layers::{Gru, Lstm, Rnn};

    #[test]
    fn gradients_match_finite_differences() {
        differences::<Bidirectional<Rnn<f64, 2, 3, 4, 4>, false>, 8, 24>();
        differences::<Bidirectional<Rnn<f64, 2, 3, 4, 4>, true>, 8, 6>();
        differences::<Bidirectional<Lstm<f64, 2, 3, 12, 4, 4>, false>, 8, 24>();
        differences::<Bidirectional<Lstm<f64, 2, 3, 12, 4, 4>, true>, 8, 6>();
        differences::<Bidirectional<Gru<f64, 2, 3, 9, 4, 4>, false>, 8, 24>();
        differences::<Bidirectional<Gru<f64, 2, 3, 9, 4, 4, 0>, true>, 8, 6>();
    }
}
