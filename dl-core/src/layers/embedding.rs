//! A learned vector for each token. PyTorch: `nn.Embedding`.

use core::mem::offset_of;

use nalgebra::SMatrix;

use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Tokens, Vals, kernels};

/// A learned vector for each token. PyTorch: `nn.Embedding`.
///
/// Written `Embedding<VOCAB, DIM>` in a network that takes tokens, with the options
/// [`PaddingIdx`](crate::options::PaddingIdx) and [`Sparse`](super::SparseEmbedding). `[u16; steps]` becomes `[steps, DIM]`.
///
/// | symbol | shape          | meaning                                            |
/// |--------|----------------|----------------------------------------------------|
/// | `x`    | `STEPS`        | input: tokens below `VOCAB`                        |
/// | `W`    | `[VOCAB, DIM]` | weight (learned): a row for each token             |
/// | `y`    | `[STEPS, DIM]` | output                                             |
///
/// - forward:  `y[t] = W[x[t]]`
/// - backward: `dW[x[t]] += dy[t]`, except for the padding's row; nobody differentiates tokens
///
/// A token that is not in the vocabulary gives NaN, as a target that is no class does: a training step then reports that
/// its loss is not finite and names this layer. The gradient is dense: it has a row for every token;
/// with `Sparse` it has only those that were met.
///
/// Rows start normal with deviation 1, as PyTorch's do; the padding's row starts at 0.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::Embedding};
///
/// let mut embed = Embedding::<f32, 3, 2>::ZERO;
/// embed.weight = matrix![1.0, 2.0, 3.0; 0.1, 0.2, 0.3]; // a column for each token
/// let mut y = vector![0.0, 0.0, 0.0, 0.0];
/// embed.forward(&[[2, 0]], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![3.0, 0.3, 1.0, 0.1]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [u16; 20], crate = dl_core)]
/// struct Words { embed: Embedding<1000, 16, PaddingIdx<0>>, pool: GlobalAvgPool, head: Dense<2> }
///
/// assert_eq!(<Words>::PARAMS, 1000 * 16 + 34);
/// ```
#[doc(alias = "nn.Embedding")]
#[derive(Debug)]
#[repr(C)]
pub struct Embedding<T, const VOCAB: usize, const DIM: usize, const PADDING: usize = VOCAB> {
    /// `DIM × VOCAB`: a column for each token.
    pub weight: SMatrix<T, DIM, VOCAB>,
}

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize, const STEPS: usize, const Y: usize>
    Layer<T, Tokens<STEPS>, Vals<Y>> for Embedding<T, VOCAB, DIM, PADDING>
{
    type Tape<const B: usize> = (); // x is lent by the network
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        x: &[[u16; STEPS]; B],
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(DIM > 0 && Y == STEPS * DIM && PADDING <= VOCAB) }
        look_up(&self.weight, x, y, pass);
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &[[u16; STEPS]; B],
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        (): (),
        grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(grad) = grad else { return };
        let rows = pass.gradient(grad.weight.as_mut_slice());
        each_step::<T, DIM, STEPS, Y, B>(x, dy, pass, |token, dy| {
            if token < VOCAB && token != PADDING {
                kernels::add_to(&mut rows[token * DIM..][..DIM], dy);
            }
        });
    }
}

/// The row of each token; NaN in place of rows that there are not.
pub(super) fn look_up<
    T: Real,
    const VOCAB: usize,
    const DIM: usize,
    const STEPS: usize,
    const Y: usize,
    const B: usize,
>(
    weight: &SMatrix<T, DIM, VOCAB>,
    x: &[[u16; STEPS]; B],
    y: &mut SMatrix<T, Y, B>,
    pass: Pass<'_, B>,
) {
    let rows = weight.as_slice();
    pass.forward_live(x.as_flattened(), y.as_mut_slice(), |x, y| {
        for (&token, y) in x.iter().zip(y.chunks_exact_mut(DIM)) {
            match rows.get(usize::from(token) * DIM..).and_then(|rows| rows.get(..DIM)) {
                Some(row) => y.copy_from_slice(row),
                None => y.fill(T::of(f64::NAN)),
            }
        }
    });
}

/// Each token that counts, with what comes back to its row: from past the length that may be any finite number.
pub(super) fn each_step<T: Real, const DIM: usize, const STEPS: usize, const Y: usize, const B: usize>(
    x: &[[u16; STEPS]; B],
    dy: &SMatrix<T, Y, B>,
    pass: Pass<'_, B>,
    mut f: impl FnMut(usize, &[T]),
) {
    for (b, x) in pass.live_part(x).iter().enumerate() {
        let steps = pass.lens().steps(b, STEPS);
        let dy = dy.as_slice()[b * Y..][..steps * DIM].chunks_exact(DIM);
        x.iter().zip(dy).for_each(|(&token, dy)| f(usize::from(token), dy));
    }
}

/// Rows that are normal with deviation 1, and zero for the padding.
pub(super) fn start<T: Real, const VOCAB: usize, const DIM: usize>(
    weight: &mut SMatrix<T, DIM, VOCAB>,
    padding: usize,
    mut rng: Rng,
) {
    weight.as_mut_slice().fill_with(|| T::of(rng.normal()));
    if padding < VOCAB {
        weight.column_mut(padding).fill(T::zero());
    }
}

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize> Params<T>
    for Embedding<T, VOCAB, DIM, PADDING>
{
    type Grad = Self;
    const PARAMS: usize = VOCAB * DIM;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = ParamLayout::Fields(&[Field::param(
        "weight",
        offset_of!(Self, weight),
        Shape::new([VOCAB, DIM]),
        Order::RowMajor,
    )]);

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let (values, shape) = (self.weight.as_slice(), Shape::new([VOCAB, DIM]));
        f(at.field("weight"), Param::new(values, shape, Order::RowMajor, Kind::Weight));
    }

    fn zip<const N: usize>(&mut self, with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        let (values, shape) = (self.weight.as_mut_slice(), Shape::new([VOCAB, DIM]));
        let weight = ParamMut::new(values, shape, Order::RowMajor, Kind::Weight);
        f(at.field("weight"), weight, with.map(|g| g.weight.as_mut_slice()));
    }

    fn init(&mut self, rng: Rng) {
        start(&mut self.weight, PADDING, rng);
    }
}

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize> Blank
    for Embedding<T, VOCAB, DIM, PADDING>
{
    const ZERO: Self = Embedding { weight: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Lens, gradcheck};

    const TABLE: SMatrix<f64, 2, 3> =
        SMatrix::from_array_storage(nalgebra::ArrayStorage([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]));

    #[test]
    fn forward_by_hand() {
        let embed = Embedding::<f64, 3, 2> { weight: TABLE };
        let mut y = matrix![0.0, 0.0; 0.0, 0.0; 0.0, 0.0; 0.0, 0.0];
        embed.forward(&[[1, 0], [2, 2]], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, matrix![3.0, 5.0; 4.0, 6.0; 1.0, 5.0; 2.0, 6.0]);
    }

    #[test]
    fn a_token_that_is_not_in_the_vocabulary_gives_nan() {
        let embed = Embedding::<f64, 3, 2, 0> { weight: TABLE };
        let mut y = vector![0.0, 0.0, 0.0, 0.0];
        embed.forward(&[[3, 0]], &mut y, None, &mut (), Pass::infer());
        assert!(y[0].is_nan() && y[1].is_nan());
        assert_eq!(y.as_slice()[2..], [1.0, 2.0]);
        embed.forward(&[[u16::MAX, 1]], &mut y, None, &mut (), Pass::infer());
        assert!(y[0].is_nan() && y[1].is_nan());
        let mut grad = Embedding::ZERO;
        embed.backward(
            &[[3, 1]],
            &y,
            &(),
            &vector![1.0, 1.0, 2.0, 3.0],
            (),
            Some(&mut grad),
            &mut (),
            Pass::infer(),
        );
        assert_eq!(grad.weight, matrix![0.0, 2.0, 0.0; 0.0, 3.0, 0.0]);
    }

    #[test]
    fn the_padding_learns_nothing_and_a_token_that_is_there_twice_learns_twice() {
        let embed = Embedding::<f64, 3, 2, 1> { weight: TABLE };
        let (mut grad, dy) = (Embedding::ZERO, vector![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let y = vector![0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        embed.backward(&[[2, 1, 2]], &y, &(), &dy, (), Some(&mut grad), &mut (), Pass::infer());
        assert_eq!(grad.weight, matrix![0.0, 0.0, 6.0; 0.0, 0.0, 8.0]);
    }

    #[test]
    fn the_padding_starts_at_zero() {
        let mut embed = Embedding::<f64, 4, 3, 2>::ZERO;
        Params::<f64>::init(&mut embed, Rng::new(1));
        let zeros: [bool; 4] = core::array::from_fn(|i| embed.weight.column(i).iter().all(|w| *w == 0.0));
        assert_eq!(zeros, [false, false, true, false]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut embed = Embedding::<f64, 3, 2> { weight: TABLE };
        let mut x = [[0, 2, 0], [1, 1, 2]];
        let whole = gradcheck::layer::<_, Tokens<3>, Vals<6>, 2>(&mut embed, &mut x, Pass::infer()).unwrap();
        assert_eq!(whole.checked, 6);
        let pass = Pass::train(Rng::new(0)).chunk(0, 1);
        gradcheck::layer::<_, Tokens<3>, Vals<6>, 2>(&mut embed, &mut x, pass).unwrap();
    }

    #[test]
    fn steps_past_the_length_teach_nothing() {
        let embed = Embedding::<f64, 3, 2> { weight: TABLE };
        let (mut grad, dy) = (Embedding::ZERO, vector![1.0, 2.0, 3.0, 4.0]);
        let pass = Pass::infer().padded(Lens::of(&[1]));
        embed.backward(&[[2, 1]], &dy, &(), &dy, (), Some(&mut grad), &mut (), pass);
        assert_eq!(grad.weight, matrix![0.0, 0.0, 1.0; 0.0, 0.0, 2.0]);
    }
}
