//! A recurrent layer that reads tokens as one-hot vectors.

use nalgebra::SMatrix;

use crate::kernels::recurrence::{Input, Output};
use crate::layers::recurrent::{self, Recurrent, Start};
use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Stream, Tokens, Vals};

/// A recurrent layer that reads tokens as one-hot vectors. PyTorch: the layer behind `nn.functional.one_hot`.
///
/// Written as an option in a network that takes tokens: `Lstm<HIDDEN, OneHot<VOCAB>>`, and so `Gru` and `Rnn`.
/// `[u16; steps]` becomes `[steps, HIDDEN]`; with [`Last`](crate::options::Last) it becomes `[HIDDEN]`.
///
/// - forward: that of the layer, with `xₜ` the vector of `VOCAB` zeros but for a one at token `t`; so `W xₜ` is a column of `W`
/// - backward: that of the layer; `dW` gets `daₜ` in that column
///
/// No vector is made, and no product with one. Parameters are those of the layer, by their names. A token that is not in the
/// vocabulary gives NaN, as with [`Embedding`](super::Embedding).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::{OverTokens, Rnn}};
///
/// // the sum of what each token is worth
/// let mut sums = OverTokens::<Rnn<f64, 3, 1, 4, 0, 1, true>>::ZERO;
/// (sums.0.weight_ih, sums.0.weight_hh) = (matrix![1.0, 10.0, 100.0], matrix![1.0]);
/// let (mut y, mut work) = (vector![0.0, 0.0, 0.0, 0.0], Blank::ZERO);
/// sums.forward(&[[2, 0, 0, 1]], &mut y, None, &mut work, Pass::infer());
/// assert_eq!(y, vector![100.0, 101.0, 102.0, 112.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [u16; 64], crate = dl_core)]
/// struct Chars { lstm: Lstm<128, OneHot<65>>, head: Dense<65> }
///
/// assert_eq!(<Chars>::PARAMS, 4 * 128 * (65 + 128 + 2) + 129 * 65);
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct OverTokens<L>(
    /// The layer.
    pub L,
);

impl<L> OverTokens<L> {
    const fn output<T: Real>() -> Output
    where
        L: Recurrent<T>,
    {
        Output::of(L::HIDDEN, L::KEEPS)
    }
}

impl<T: Real, L: Recurrent<T>, const S: usize, const Y: usize> Layer<T, Tokens<S>, Vals<Y>>
    for OverTokens<L>
{
    type Tape<const B: usize> = L::Kept<B>;
    type Work<const B: usize> = L::Memory<B>;

    const MACS: usize = L::STEPS * L::CELL.gates() * L::HIDDEN * L::HIDDEN;
    const NEEDS_Y: bool = !L::KEEPS;
    const SETS_GRAD: bool = true;
    const TOGETHER: usize = recurrent::TOGETHER;
    const LENS: LenMap = if L::KEEPS { LenMap::DROP } else { LenMap::SAME };

    fn forward<'a, const B: usize>(
        &self,
        x: &[[u16; S]; B],
        y: &mut SMatrix<T, Y, B>,
        tape: Option<&mut Self::Tape<B>>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(S == L::STEPS && Y == if L::KEEPS { L::HIDDEN } else { S * L::HIDDEN }) }
        let x = Input::Tokens(x.as_flattened());
        self.0.run(Start::First, Self::output(), x, y.as_mut_slice(), tape, work, pass);
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &[[u16; S]; B],
        y: &SMatrix<T, Y, B>,
        tape: &Self::Tape<B>,
        dy: &SMatrix<T, Y, B>,
        (): (),
        grad: Option<&mut Self>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        let (x, values) = (Input::Tokens(x.as_flattened()), [y.as_slice(), dy.as_slice()]);
        let grad = grad.map(|grad| &mut grad.0);
        self.0.run_back(Start::First, Self::output(), x, values, tape, [None, None], grad, work, pass);
    }
}

impl<T: Real, L: Recurrent<T>, const H: usize> Stream<T, Tokens<1>, Vals<H>> for OverTokens<L> {
    type State<const B: usize> = L::State<B>;
    type Work<const B: usize> = L::Sums<B>;

    const STEP_MACS: usize = L::CELL.gates() * L::HIDDEN * L::HIDDEN;

    fn step<'a, const B: usize>(
        &self,
        x: &[[u16; 1]; B],
        y: &mut SMatrix<T, H, B>,
        state: &mut Self::State<B>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(H == L::HIDDEN) }
        self.0.run_step(Input::Tokens(x.as_flattened()), y.as_mut_slice(), state, work, pass.isa());
    }
}

recurrent::around_layer!(OverTokens);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{Gru, Lstm, Rnn};
    use crate::{Blank, Lens, Params, Rng, gradcheck};

    /// Forward and backward are those of the layer over one-hot vectors, with valid lengths too.
    fn is_the_layer_over_one_hot_vectors<
        L: Recurrent<f64> + Layer<f64, Vals<X>, Vals<Y>>,
        const X: usize,
        const Y: usize,
    >() {
        let tokens = [[1, 0, 2, 2], [0, 0, 1, 2], [2, 1, 0, 1]];
        let mut over = OverTokens(L::ZERO);
        Params::<f64>::init(&mut over, Rng::new(3));
        let x =
            SMatrix::<f64, X, 3>::from_fn(|i, b| f64::from(u8::from(usize::from(tokens[b][i / 3]) == i % 3)));
        let (mut of_layer, mut work) = (Blank::ZERO, Blank::ZERO);
        for valid in [[u16::MAX; 3], [4, 1, 0]] {
            let pass = Pass::train(Rng::new(0)).padded(Lens::of(&valid));
            let [mut expected, mut y] = [SMatrix::<f64, Y, 3>::zeros(); 2];
            over.0.forward(&x, &mut expected, None, &mut of_layer, pass);
            over.forward(&tokens, &mut y, None, &mut work, pass);
            assert!((y - expected).amax() < 1e-15);
            let checked =
                gradcheck::layer::<_, Tokens<4>, Vals<Y>, 3>(&mut over, &mut tokens.clone(), pass).unwrap();
            assert_eq!(checked.checked, L::PARAMS);
        }
    }

    #[test]
    fn tokens_stand_for_one_hot_vectors() {
        is_the_layer_over_one_hot_vectors::<Rnn<f64, 3, 2, 4>, 12, 8>();
        is_the_layer_over_one_hot_vectors::<Lstm<f64, 3, 2, 8, 4>, 12, 8>();
        is_the_layer_over_one_hot_vectors::<Lstm<f64, 3, 2, 8, 4, 4, 0>, 12, 2>();
        is_the_layer_over_one_hot_vectors::<Gru<f64, 3, 17, 51, 4>, 12, 68>();
    }

    #[test]
    fn a_token_that_is_not_in_the_vocabulary_gives_nan() {
        let over = OverTokens::<Gru<f64, 3, 1, 3, 2>>::ZERO;
        let (mut y, mut work) = (SMatrix::<f64, 2, 1>::zeros(), Blank::ZERO);
        over.forward(&[[2, 3]], &mut y, None, &mut work, Pass::infer());
        assert!(y[0] == 0.0 && y[1].is_nan());
    }
}
