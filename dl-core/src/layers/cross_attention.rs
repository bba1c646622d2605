//! Every step of a sequence looks at the steps of another, by several heads at once. PyTorch: `nn.MultiheadAttention`.

use core::mem::offset_of;

use nalgebra::{SMatrix, SVector};

use crate::kernels::attention::{Attention, BLOCK, Columns, ColumnsMut, Derivatives, Scratch, Seen};
use crate::layers::Dense;
use crate::layers::heads::Sequences;
use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::signal::Lens;
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Vals, init, kernels, math};

/// Every step of a sequence looks at the steps of another, by several heads at once. PyTorch: `nn.MultiheadAttention`.
///
/// Written `CrossAttention<HEADS>` in a network, and called with both: `attn(x, memory)`. `[steps, D]` and a memory of
/// `[others, E]` become `[steps, D]`; `HEADS` divides `D`. The option is [`NoBias`](crate::options::NoBias).
///
/// | symbol     | shape         | meaning                                                          |
/// |------------|---------------|------------------------------------------------------------------|
/// | `x`        | `S × D`       | input: `S` steps                                                 |
/// | `m`        | `M × E`       | input: `M` steps of the memory                                   |
/// | `Wq Wk Wv` | `D × D`, `D × E`, `D × E` | one below the other they are `in_proj_weight`, if `D = E`; else `q_proj_weight`, `k_proj_weight`, `v_proj_weight` (learned) |
/// | `b`        | `3D`          | `in_proj_bias` (learned): that of `q`, of `k`, of `v`            |
/// | `p`        | `S × M`       | weights of a head: how much of each step `j` of the memory step `i` gets |
/// | `c`        | `S × D`       | what the heads of a step get, side by side                       |
/// | `W'`, `b'` | `D × D`, `D`  | `out_proj.weight`, `out_proj.bias` (learned)                     |
/// | `y`        | `S × D`       | output                                                           |
///
/// - forward:  `q = Wq x + bq`, `k = Wk m + bk`, `v = Wv m + bv`; then as in [`SelfAttention`](super::SelfAttention), over the
///   steps of the memory
/// - backward: as there; `dx = Wqᵀ dq`, `dm = Wkᵀ dk + Wvᵀ dv`, `dWq += dq xᵀ`, `dWk += dk mᵀ`, `dWv += dv mᵀ`
///
/// This is PyTorch's layer with `kdim` and `vdim` of `E`, and its weights load by their names. The tape holds `q`, `k`, `v`, `c`
/// and the weights. Nobody looks at what lies past the memory's valid steps; past those of `x` the output is zero. Where the
/// memory has no valid step, a step gets `b'`. Everything starts as in PyTorch: the matrices as `xavier_uniform` says, `W'`
/// uniform in `±1/√D`, the biases at 0. Vaswani et al.: *Attention is all you need* (2017).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::CrossAttention};
///
/// // queries and keys are zero: every step gets the mean of all values, which are twice the memory
/// let mut attention = CrossAttention::<f64, 1, 1, 2, 3, 1, 3, 0>::ZERO;
/// attention.in_proj_weight = matrix![0.0, 0.0, 2.0];
/// attention.out_proj.weight = matrix![10.0];
/// let (mut y, mut work) = (vector![0.0, 0.0], Blank::ZERO);
/// attention.forward((&vector![7.0, 8.0], &vector![1.0, 2.0, 6.0]), &mut y, None, &mut work, Pass::infer());
/// assert!((y - vector![60.0, 60.0]).amax() < 1e-12);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = ([20, 32], [24, 48]), crate = dl_core)]
/// #[forward(|x, memory| norm(x + attn(x, memory)))]
/// struct Decoder { attn: CrossAttention<4>, norm: LayerNorm }
///
/// assert_eq!(<Decoder>::PARAMS, 2 * 32 * 32 + 2 * 32 * 48 + 4 * 32 + 64);
/// ```
#[doc(alias = "MultiheadAttention")]
#[doc(alias = "nn.MultiheadAttention")]
#[derive(Debug)]
#[repr(C)]
pub struct CrossAttention<
    T,
    const D: usize,
    const E: usize,
    const S: usize,
    const M: usize,
    const HEADS: usize,
    const JOINT: usize,
    const APART: usize,
    const BIASES: usize = JOINT,
    const BIAS: usize = D,
> {
    /// `D × 3D`: a column for each row of `Wq`, `Wk`, `Wv`; nothing if `D ≠ E`.
    pub in_proj_weight: SMatrix<T, D, JOINT>,
    /// `D × D`: a column for each row; nothing if `D = E`.
    pub q_proj_weight: SMatrix<T, D, APART>,
    /// `E × D`
    pub k_proj_weight: SMatrix<T, E, APART>,
    /// `E × D`
    pub v_proj_weight: SMatrix<T, E, APART>,
    /// `3D`, or nothing with `NoBias`.
    pub in_proj_bias: SVector<T, BIASES>,
    /// From what the heads get to the output.
    pub out_proj: Dense<T, D, D, BIAS>,
}

/// `q`; `k`, `v`; `c`; the weights.
type Tape<T, const D: usize, const S: usize, const M: usize, const HEADS: usize, const B: usize> =
    (([[[T; D]; S]; B], [[[[T; D]; M]; B]; 2]), [[[T; D]; S]; B], [[[[T; M]; S]; HEADS]; B]);

/// `q`, and `k`, `v`, or their derivatives; `c` or its derivative; the scores of a block, a head's keys, and a derivative
/// before it is added.
type Work<T, const D: usize, const E: usize, const S: usize, const M: usize, const B: usize> = (
    ([[[T; D]; S]; B], [[[[T; D]; M]; B]; 2]),
    [[[T; D]; S]; B],
    ([[T; M]; BLOCK], [[T; D]; M], [[[T; E]; M]; B]),
);

/// The parts of some numbers, each as long as it says.
#[inline(always)]
fn split<T, const N: usize>(mut numbers: &[T], lens: [usize; N]) -> [&[T]; N] {
    lens.map(|len| numbers.split_off(..len).unwrap_or_default())
}

/// [`split`], for writing.
#[inline(always)]
fn split_mut<T, const N: usize>(mut numbers: &mut [T], lens: [usize; N]) -> [&mut [T]; N] {
    lens.map(|len| numbers.split_off_mut(..len).unwrap_or_default())
}

impl<
    T: Real,
    const D: usize,
    const E: usize,
    const S: usize,
    const M: usize,
    const HEADS: usize,
    const JOINT: usize,
    const APART: usize,
    const BIASES: usize,
    const BIAS: usize,
> CrossAttention<T, D, E, S, M, HEADS, JOINT, APART, BIASES, BIAS>
{
    const CHECK: () = {
        assert!(HEADS > 0 && D.is_multiple_of(HEADS), "the heads divide the features");
        assert!((JOINT == 3 * D && APART == 0 && D == E) || (JOINT == 0 && APART == D && D != E));
        assert!((BIASES == 0 && BIAS == 0) || (BIASES == 3 * D && BIAS == D));
    };

    #[inline(always)]
    fn how() -> Attention<T> {
        let scale = math::sqrt(T::of((D / HEADS) as f64)).recip();
        Attention { heads: HEADS, width: D / HEADS, scale, causal: false }
    }

    /// `Wq`, `Wk`, `Wv`, row by row.
    #[inline(always)]
    fn projections(&self) -> [&[T]; 3] {
        if JOINT > 0 {
            split(self.in_proj_weight.as_slice(), [D * D; 3])
        } else {
            [self.q_proj_weight.as_slice(), self.k_proj_weight.as_slice(), self.v_proj_weight.as_slice()]
        }
    }

    #[inline(always)]
    fn projections_mut(&mut self) -> [(&mut [T], &mut [T]); 3] {
        let biases = split_mut(self.in_proj_bias.as_mut_slice(), if BIASES > 0 { [D; 3] } else { [0; 3] });
        let [q, k, v] = if JOINT > 0 {
            split_mut(self.in_proj_weight.as_mut_slice(), [D * D; 3])
        } else {
            [
                self.q_proj_weight.as_mut_slice(),
                self.k_proj_weight.as_mut_slice(),
                self.v_proj_weight.as_mut_slice(),
            ]
        };
        let [b_q, b_k, b_v] = biases;
        [(q, b_q), (k, b_k), (v, b_v)]
    }

    #[inline(always)]
    fn seen<'s>(
        q: &'s [[T; D]; S],
        k: &'s [[T; D]; M],
        v: &'s [[T; D]; M],
        steps: [usize; 2],
    ) -> Seen<'s, T> {
        let columns = |numbers: &'s [T]| Columns { numbers, pitch: D };
        Seen {
            queries: columns(q.as_flattened()),
            keys: columns(k.as_flattened()),
            values: columns(v.as_flattened()),
            steps,
        }
    }

    /// The matrices and the bias, by PyTorch's names and shapes; what is empty is left out.
    fn matrices_mut(&mut self) -> [&mut [T]; 5] {
        [
            self.in_proj_weight.as_mut_slice(),
            self.q_proj_weight.as_mut_slice(),
            self.k_proj_weight.as_mut_slice(),
            self.v_proj_weight.as_mut_slice(),
            self.in_proj_bias.as_mut_slice(),
        ]
    }

    const fn about() -> [(&'static str, Shape, Kind); 5] {
        [
            ("in_proj_weight", Shape::new([JOINT, D]), Kind::Weight),
            ("q_proj_weight", Shape::new([APART, D]), Kind::Weight),
            ("k_proj_weight", Shape::new([APART, E]), Kind::Weight),
            ("v_proj_weight", Shape::new([APART, E]), Kind::Weight),
            ("in_proj_bias", Shape::new([BIASES]), Kind::Bias),
        ]
    }
}

impl<
    T: Real,
    const D: usize,
    const E: usize,
    const S: usize,
    const M: usize,
    const HEADS: usize,
    const JOINT: usize,
    const APART: usize,
    const BIASES: usize,
    const BIAS: usize,
    const X: usize,
    const Z: usize,
> Layer<T, (Vals<X>, Vals<Z>), Vals<X>> for CrossAttention<T, D, E, S, M, HEADS, JOINT, APART, BIASES, BIAS>
{
    type Tape<const B: usize> = Tape<T, D, S, M, HEADS, B>;
    type Work<const B: usize> = Work<T, D, E, S, M, B>;

    const MACS: usize = 2 * S * D * D + 2 * M * D * E + 2 * S * M * D;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        (x, m): (&SMatrix<T, X, B>, &SMatrix<T, Z, B>),
        y: &mut SMatrix<T, X, B>,
        tape: Option<&mut Self::Tape<B>>,
        (qkv, c, (scores, panel, _)): &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        const { assert!(X == S * D && Z == M * E) }
        let () = Self::CHECK;
        let ([of_x, of_m], isa) = (Sequences::of_two(pass, [S, M]), pass.isa());
        let ((q, [k, v]), c, mut weights) = match tape {
            Some((qkv, c, weights)) => (qkv, c, Some(weights)),
            None => (qkv, c, None),
        };
        let [w_q, w_k, w_v] = self.projections();
        let biases = if BIASES > 0 { [D; 3] } else { [0; 3] };
        let [b_q, b_k, b_v] = split(self.in_proj_bias.as_slice(), biases);
        let (x, m) = (x.as_slice(), m.as_slice());
        of_x.product_of_rows(isa, [D, D], [w_q, b_q, x], q.as_flattened_mut().as_flattened_mut());
        of_m.product_of_rows(isa, [D, E], [w_k, b_k, m], k.as_flattened_mut().as_flattened_mut());
        of_m.product_of_rows(isa, [D, E], [w_v, b_v, m], v.as_flattened_mut().as_flattened_mut());
        for b in 0..pass.live() {
            let weights = weights.as_mut().map(|weights| weights[b].as_flattened_mut().as_flattened_mut());
            let c = ColumnsMut { numbers: c[b].as_flattened_mut(), pitch: D };
            let scratch = Scratch { scores: scores.as_flattened_mut(), panel: panel.as_flattened_mut() };
            let seen = Self::seen(&q[b], &k[b], &v[b], [of_x.valid(b), of_m.valid(b)]);
            Self::how().run(isa, seen, weights, c, scratch);
        }
        let c = c.as_flattened().as_flattened();
        let product = [self.out_proj.weight.as_slice(), self.out_proj.bias.as_slice(), c];
        of_x.product(isa, [D, D], product, y.as_mut_slice());
        of_x.clear_rest(D, y.as_mut_slice());
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        (x, m): (&SMatrix<T, X, B>, &SMatrix<T, Z, B>),
        _: &SMatrix<T, X, B>,
        ((q, [k, v]), c, weights): &Self::Tape<B>,
        dy: &SMatrix<T, X, B>,
        (dx, dm): (Option<&mut SMatrix<T, X, B>>, Option<&mut SMatrix<T, Z, B>>),
        grad: Option<&mut Self>,
        ((dq, [dk, dv]), dc, (scores, panel, through)): &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        let ([of_x, of_m], isa, fresh) = (Sequences::of_two(pass, [S, M]), pass.isa(), pass.is_fresh());
        let dy = dy.as_slice();
        let to = dc.as_flattened_mut().as_flattened_mut();
        of_x.to_input(isa, [D, D], [self.out_proj.weight.as_slice(), dy], to);
        for b in 0..pass.live() {
            let seen = Self::seen(&q[b], &k[b], &v[b], [of_x.valid(b), of_m.valid(b)]);
            let weights = weights[b].as_flattened().as_flattened();
            let dc = Columns { numbers: dc[b].as_flattened(), pitch: D };
            let to = [dq[b].as_flattened_mut(), dk[b].as_flattened_mut(), dv[b].as_flattened_mut()];
            let to = Derivatives::Apart(to.map(|numbers| ColumnsMut { numbers, pitch: D }));
            let scratch = Scratch { scores: scores.as_flattened_mut(), panel: panel.as_flattened_mut() };
            Self::how().run_back(isa, seen, weights, dc, to, scratch);
        }
        let dq = dq.as_flattened().as_flattened();
        let [dk, dv] = [dk, dv].map(|d| d.as_flattened().as_flattened());
        if let Some(grad) = grad {
            let (c, out) = (c.as_flattened().as_flattened(), &mut grad.out_proj);
            let to = [out.weight.as_mut_slice(), out.bias.as_mut_slice()];
            of_x.to_weight(isa, [D, D], [dy, c], to, fresh);
            let [to_q, to_k, to_v] = grad.projections_mut();
            of_x.to_rows(isa, [D, D], [dq, x.as_slice()], to_q.into(), fresh);
            of_m.to_rows(isa, [D, E], [dk, m.as_slice()], to_k.into(), fresh);
            of_m.to_rows(isa, [D, E], [dv, m.as_slice()], to_v.into(), fresh);
        }
        let [w_q, w_k, w_v] = self.projections();
        if let Some(dx) = dx {
            pass.live_part_mut(dx.as_mut_slice());
            of_x.to_input_of_rows(isa, [D, D], [w_q, dq], dx.as_mut_slice());
        }
        if let Some(dm) = dm {
            let through = through.as_flattened_mut().as_flattened_mut();
            of_m.to_input_of_rows(isa, [D, E], [w_v, dv], through);
            of_m.to_input_of_rows(isa, [D, E], [w_k, dk], dm.as_mut_slice());
            kernels::add_to(pass.live_part_mut(dm.as_mut_slice()), through);
        }
    }
}

impl<
    T: Real,
    const D: usize,
    const E: usize,
    const S: usize,
    const M: usize,
    const HEADS: usize,
    const JOINT: usize,
    const APART: usize,
    const BIASES: usize,
    const BIAS: usize,
> Params<T> for CrossAttention<T, D, E, S, M, HEADS, JOINT, APART, BIASES, BIAS>
{
    type Grad = Self;
    const PARAMS: usize = 2 * D * D + 2 * D * E + BIASES + BIAS;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = {
        let [joint, q, k, v, bias] = Self::about();
        ParamLayout::Fields(&[
            Field::param(joint.0, offset_of!(Self, in_proj_weight), joint.1, Order::RowMajor),
            Field::param(q.0, offset_of!(Self, q_proj_weight), q.1, Order::RowMajor),
            Field::param(k.0, offset_of!(Self, k_proj_weight), k.1, Order::RowMajor),
            Field::param(v.0, offset_of!(Self, v_proj_weight), v.1, Order::RowMajor),
            Field::param(bias.0, offset_of!(Self, in_proj_bias), bias.1, Order::RowMajor),
            Field::new("out_proj", offset_of!(Self, out_proj), <Dense<T, D, D, BIAS> as Params<T>>::LAYOUT),
        ])
    };

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let matrices = [
            self.in_proj_weight.as_slice(),
            self.q_proj_weight.as_slice(),
            self.k_proj_weight.as_slice(),
            self.v_proj_weight.as_slice(),
            self.in_proj_bias.as_slice(),
        ];
        for ((name, shape, kind), values) in Self::about().into_iter().zip(matrices) {
            if !values.is_empty() {
                f(at.field(name), Param::new(values, shape, Order::RowMajor, kind));
            }
        }
        self.out_proj.visit(at.field("out_proj"), f);
    }

    fn zip<const N: usize>(&mut self, mut with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        for (i, ((name, shape, kind), values)) in
            Self::about().into_iter().zip(self.matrices_mut()).enumerate()
        {
            if !values.is_empty() {
                let others = with.each_mut().map(|g| g.matrices_mut().into_iter().nth(i).unwrap_or_default());
                f(at.field(name), ParamMut::new(values, shape, Order::RowMajor, kind), others);
            }
        }
        self.out_proj.zip(with.map(|g| &mut g.out_proj), at.field("out_proj"), f);
    }

    fn init(&mut self, rng: Rng) {
        for (i, ((_, shape, kind), values)) in (0..).zip(Self::about().into_iter().zip(self.matrices_mut())) {
            match kind {
                Kind::Weight if !values.is_empty() => {
                    let weight = ParamMut::new(values, shape, Order::RowMajor, kind);
                    init::xavier_uniform(weight, rng.fork(i));
                }
                _ => values.fill(T::zero()),
            }
        }
        self.out_proj.init(rng.fork(5));
        self.out_proj.bias.fill(T::zero());
    }
}

impl<
    T: Real,
    const D: usize,
    const E: usize,
    const S: usize,
    const M: usize,
    const HEADS: usize,
    const JOINT: usize,
    const APART: usize,
    const BIASES: usize,
    const BIAS: usize,
> Blank for CrossAttention<T, D, E, S, M, HEADS, JOINT, APART, BIASES, BIAS>
{
    const ZERO: Self = CrossAttention {
        in_proj_weight: Blank::ZERO,
        q_proj_weight: Blank::ZERO,
        k_proj_weight: Blank::ZERO,
        v_proj_weight: Blank::ZERO,
        in_proj_bias: Blank::ZERO,
        out_proj: Blank::ZERO,
    };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::layers::heads::testing::differences_of_two;

    #[test]
    fn forward_by_hand() {
        // keys are 0 and ln 3 for a query of 1; values are the second number
        let mut attention = CrossAttention::<f64, 1, 2, 1, 2, 1, 0, 1, 3>::ZERO;
        attention.q_proj_weight = matrix![0.5];
        attention.k_proj_weight = matrix![1.0; 0.0];
        attention.v_proj_weight = matrix![0.0; 1.0];
        attention.in_proj_bias = vector![0.0, 5.0, 100.0];
        attention.out_proj.weight = matrix![2.0];
        attention.out_proj.bias = vector![7.0];
        let (mut y, mut work) = (vector![0.0], Blank::ZERO);
        let memory = vector![0.0, 4.0, 3.0_f64.ln(), 8.0];
        attention.forward((&vector![2.0], &memory), &mut y, None, &mut work, Pass::infer());
        assert!((y[0] - (2.0 * (100.0 + 0.25 * 4.0 + 0.75 * 8.0) + 7.0)).abs() < 1e-12, "{y}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences_of_two::<CrossAttention<f64, 4, 4, 3, 2, 2, 12, 0>, 12, 8, 12>();
        differences_of_two::<CrossAttention<f64, 2, 3, 2, 4, 1, 0, 2, 6>, 4, 12, 4>();
        differences_of_two::<CrossAttention<f64, 2, 1, 3, 2, 2, 0, 2, 0, 0>, 6, 2, 6>();
        differences_of_two::<CrossAttention<f64, 2, 2, 18, 1, 1, 6, 0, 0, 0>, 36, 2, 36>();
    }
}
