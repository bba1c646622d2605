//! An embedding that changes only the rows of tokens that it has met. PyTorch: `nn.Embedding` with `sparse=True`.

use core::mem::offset_of;

use nalgebra::SMatrix;

use super::embedding::{each_step, look_up, start};
use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Tokens, Vals, kernels};

/// An embedding that changes only the rows of tokens that it has met. PyTorch: `nn.Embedding` with `sparse=True`.
///
/// Written `Embedding<VOCAB, DIM, Sparse>` in a network. It computes what [`Embedding`](super::Embedding) does; its gradient
/// remembers which rows it has, and shows no others to what goes over the parameters of a step:
///
/// - [`Sgd`](crate::optim::Sgd) without weight decay does the same steps, for a row without a gradient would stay as it is.
/// - An optimizer with moments is lazy: the moments of a row change when the row is met, as those of PyTorch's
///   `SparseAdam` do (where `ε` stands elsewhere). Weight decay, too, reaches only the rows that are met.
/// - No row is cleared that is not met. Beside the rows, the gradient takes a byte a token.
///
/// It pays where a step meets few of many tokens.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::optim::{Adam, Optimizer, Step};
/// use dl_core::{Blank, Layer, Pass, layers::{SparseEmbedding, SparseRows}};
///
/// let mut embed = SparseEmbedding::<f32, 4, 1>::ZERO;
/// let (mut grad, mut moments) = (SparseRows::ZERO, Blank::ZERO);
/// for (step, token) in [(1, 0), (2, 3)] {
///     let (dy, pass) = (vector![1.0], Pass::infer().fresh(true));
///     embed.backward(&[[token]], &vector![0.0], &(), &dy, (), Some(&mut grad), &mut (), pass);
///     Adam::new(0.5).update(&mut embed, &mut grad, &mut moments, &Step::new(step));
/// }
/// // Adam would have moved the first row on in the second step
/// assert!((embed.weight[0] + 0.5).abs() < 1e-6);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [u16; 20], crate = dl_core)]
/// struct Words { embed: Embedding<7206, 32, Sparse>, pool: GlobalAvgPool, head: Dense<2> }
///
/// assert_eq!(<Words>::PARAMS, 7206 * 32 + 66);
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct SparseEmbedding<T, const VOCAB: usize, const DIM: usize, const PADDING: usize = VOCAB> {
    /// `DIM × VOCAB`: a column for each token.
    pub weight: SMatrix<T, DIM, VOCAB>,
}

/// The gradient of a [`SparseEmbedding`], and an optimizer's moments of it: rows, and which of them there are.
///
/// ```
/// use dl_core::{Blank, layers::SparseRows};
///
/// assert_eq!(SparseRows::<f32, 7206, 32>::ZERO.met(), None); // nothing was said: all
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct SparseRows<T, const VOCAB: usize, const DIM: usize> {
    /// `DIM × VOCAB`: a column for each token. What stands in a column that was not met means nothing.
    pub weight: SMatrix<T, DIM, VOCAB>,
    /// 1 for each token that was met.
    met: [u8; VOCAB],
    /// [`ALL`], [`MET_OF_ZEROS`] or [`MET`].
    which: u8,
}

/// Every row counts: what has seen no token, such as moments.
const ALL: u8 = 0;
/// The rows that were met; the others are what they were, and are added to.
const MET_OF_ZEROS: u8 = 1;
/// The rows that were met; the others are left over from another step.
const MET: u8 = 2;

impl<T: Real, const VOCAB: usize, const DIM: usize> SparseRows<T, VOCAB, DIM> {
    /// How many tokens were met, if only those count.
    ///
    /// ```
    /// use dl_core::{Blank, layers::{SparseEmbedding, SparseRows}, Layer, Pass, nalgebra::vector};
    ///
    /// let (embed, mut grad) = (SparseEmbedding::<f32, 9, 1>::ZERO, SparseRows::ZERO);
    /// let dy = vector![1.0, 1.0, 1.0];
    /// embed.backward(&[[7, 2, 7]], &dy, &(), &dy, (), Some(&mut grad), &mut (), Pass::infer());
    /// assert_eq!(grad.met(), Some(2));
    /// ```
    pub fn met(&self) -> Option<usize> {
        (self.which != ALL).then(|| self.met.iter().map(|&met| usize::from(met)).sum())
    }

    fn row(&mut self, token: usize) -> &mut [T] {
        &mut self.weight.as_mut_slice()[token * DIM..][..DIM]
    }

    /// From here on a row counts that is met.
    fn meet(&mut self, token: usize) {
        if self.which != ALL && self.met[token] == 0 {
            self.met[token] = 1;
            if self.which == MET {
                self.row(token).fill(T::zero());
            }
        }
    }
}

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize, const STEPS: usize, const Y: usize>
    Layer<T, Tokens<STEPS>, Vals<Y>> for SparseEmbedding<T, VOCAB, DIM, PADDING>
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
        grad: Option<&mut SparseRows<T, VOCAB, DIM>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(grad) = grad else { return };
        if pass.is_fresh() {
            grad.met.fill(0);
            grad.which = MET;
        } else if grad.which == ALL {
            grad.which = MET_OF_ZEROS;
        }
        each_step::<T, DIM, STEPS, Y, B>(x, dy, pass, |token, dy| {
            if token < VOCAB && token != PADDING {
                grad.meet(token);
                kernels::add_to(grad.row(token), dy);
            }
        });
    }
}

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize> Params<T>
    for SparseEmbedding<T, VOCAB, DIM, PADDING>
{
    type Grad = SparseRows<T, VOCAB, DIM>;
    const PARAMS: usize = VOCAB * DIM;
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

    /// The rows that were met in one of `with`, each by itself; or all at once.
    fn zip<const N: usize>(
        &mut self,
        mut with: [&mut Self::Grad; N],
        at: Path<'_>,
        f: &mut Zipper<'_, T, N>,
    ) {
        let (at, kind) = (at.field("weight"), Kind::Weight);
        let values = self.weight.as_mut_slice();
        if with.iter().all(|with| with.which == ALL) {
            let weight = ParamMut::new(values, Shape::new([VOCAB, DIM]), Order::RowMajor, kind);
            return f(at, weight, with.map(|with| with.weight.as_mut_slice()));
        }
        for (token, row) in values.chunks_exact_mut(DIM).enumerate() {
            if with.iter().any(|with| with.met[token] != 0) {
                with.iter_mut().for_each(|with| with.meet(token));
                let row = ParamMut::new(row, Shape::new([DIM]), Order::RowMajor, kind);
                f(at.index(token), row, with.each_mut().map(|with| with.row(token)));
            }
        }
    }

    fn init(&mut self, rng: Rng) {
        start(&mut self.weight, PADDING, rng);
    }
}

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize> Blank
    for SparseEmbedding<T, VOCAB, DIM, PADDING>
{
    const ZERO: Self = SparseEmbedding { weight: Blank::ZERO };
}

impl<T: Real, const VOCAB: usize, const DIM: usize> Blank for SparseRows<T, VOCAB, DIM> {
    const ZERO: Self = SparseRows { weight: Blank::ZERO, met: [0; VOCAB], which: ALL };
}

#[cfg(test)]
mod tests {
    use nalgebra::vector;

    use super::*;
    use crate::optim::{Adam, Optimizer, Sgd, Step};
    use crate::{gradcheck, math};

    type Embed = SparseEmbedding<f64, 4, 2, 1>;
    type Rows = SparseRows<f64, 4, 2>;

    const TABLE: SMatrix<f64, 2, 4> =
        SMatrix::from_array_storage(nalgebra::ArrayStorage([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]));

    fn backward(grad: &mut Rows, tokens: [u16; 2], dy: [f64; 4], fresh: bool) {
        let (dy, pass) = (SMatrix::<f64, 4, 1>::from(dy), Pass::infer().fresh(fresh));
        Embed { weight: TABLE }.backward(&[tokens], &dy, &(), &dy, (), Some(grad), &mut (), pass);
    }

    /// The rows that are shown, with their tokens' paths.
    fn shown(grad: &mut Rows) -> [Option<[f64; 2]>; 4] {
        let mut rows = [None; 4];
        let names = ["weight.0", "weight.1", "weight.2", "weight.3"];
        Embed { weight: TABLE }.zip([grad], Path::ROOT, &mut |path, param, [g]| {
            let token = names.iter().position(|name| path.is(name)).unwrap();
            assert_eq!(param.values, TABLE.column(token).as_slice());
            rows[token] = Some([g[0], g[1]]);
        });
        rows
    }

    #[test]
    fn forward_by_hand() {
        let mut y = vector![0.0, 0.0, 0.0, 0.0];
        Embed { weight: TABLE }.forward(&[[3, 1]], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![7.0, 8.0, 3.0, 4.0]);
        Embed { weight: TABLE }.forward(&[[4, 1]], &mut y, None, &mut (), Pass::infer());
        assert!(y[0].is_nan() && y[2] == 3.0);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut embed = SparseEmbedding::<f64, 3, 2> { weight: TABLE.fixed_columns::<3>(0).into() };
        let mut x = [[0, 2, 0], [1, 1, 2]];
        let whole = gradcheck::layer::<_, Tokens<3>, Vals<6>, 2>(&mut embed, &mut x, Pass::infer()).unwrap();
        assert_eq!(whole.checked, 6);
    }

    #[test]
    fn only_rows_that_were_met_are_shown_and_the_padding_never_is() {
        let mut grad = Rows::ZERO;
        backward(&mut grad, [2, 1], [1.0, 2.0, 3.0, 4.0], false);
        backward(&mut grad, [2, 9], [1.0, 2.0, 3.0, 4.0], false);
        assert_eq!(shown(&mut grad), [None, None, Some([2.0, 4.0]), None]);
        // another step: what was left is neither cleared nor seen
        backward(&mut grad, [0, 3], [1.0, 2.0, 3.0, 4.0], true);
        assert_eq!(shown(&mut grad), [Some([1.0, 2.0]), None, None, Some([3.0, 4.0])]);
        backward(&mut grad, [2, 3], [1.0, 2.0, 3.0, 4.0], false);
        assert_eq!(shown(&mut grad), [Some([1.0, 2.0]), None, Some([1.0, 2.0]), Some([6.0, 8.0])]);
        assert_eq!(grad.met(), Some(3));
    }

    #[test]
    fn gradients_of_two_lanes_add_up_over_the_rows_of_both() {
        let (mut a, mut b) = (Rows::ZERO, Rows::ZERO);
        for grad in [&mut a, &mut b] {
            backward(grad, [0, 2], [9.0; 4], true); // left over
        }
        backward(&mut a, [0, 3], [1.0, 2.0, 3.0, 4.0], true);
        backward(&mut b, [2, 3], [5.0, 6.0, 7.0, 8.0], true);
        Embed { weight: TABLE }.zip([&mut a, &mut b], Path::ROOT, &mut |_, _, [a, b]| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += *b);
        });
        assert_eq!(shown(&mut a), [Some([1.0, 2.0]), None, Some([5.0, 6.0]), Some([10.0, 12.0])]);
    }

    #[test]
    fn sgd_does_the_steps_of_the_dense_one_and_adam_those_of_sparse_adam() {
        let steps = [
            ([2, 0], [1.0, -2.0, 0.5, 4.0]),
            ([0, 3], [1.0, 2.0, -3.0, 1.0]),
            ([2, 3], [0.25, 0.5, 1.0, -1.0]),
        ];
        let (mut sgd, mut adam) = (Embed { weight: TABLE }, Embed { weight: TABLE });
        let (mut dense, mut lazy) = (TABLE, TABLE);
        let (mut grad, mut moments) = (Rows::ZERO, <[Rows; 2]>::ZERO);
        let (mut m, mut v) = (SMatrix::<f64, 2, 4>::zeros(), SMatrix::<f64, 2, 4>::zeros());
        let (mut beta1, mut beta2) = (1.0, 1.0);
        for (number, (tokens, dy)) in (1..).zip(steps) {
            backward(&mut grad, tokens, dy, true);
            Sgd::new(0.1).update(&mut sgd, &mut grad, &mut (), &Step::new(number));
            Adam::new(0.1).update(&mut adam, &mut grad, &mut moments, &Step::new(number));
            (beta1, beta2) = (0.9 * beta1, 0.999 * beta2);
            for (token, g) in tokens.iter().zip(dy.chunks_exact(2)) {
                for (i, &g) in g.iter().enumerate() {
                    let at = (i, usize::from(*token));
                    dense[at] -= 0.1 * g;
                    m[at] = 0.9 * m[at] + 0.1 * g;
                    v[at] = 0.999 * v[at] + 0.001 * g * g;
                    lazy[at] -= 0.1 * (m[at] / (1.0 - beta1)) / (math::sqrt(v[at] / (1.0 - beta2)) + 1e-8);
                }
            }
        }
        assert!((sgd.weight - dense).amax() < 1e-15);
        assert!((adam.weight - lazy).amax() < 1e-12, "{} and {lazy}", adam.weight);
        assert_eq!(sgd.weight.column(1), TABLE.column(1));
    }
}
