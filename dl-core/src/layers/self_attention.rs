//! Every step of a sequence looks at all others, by several heads at once. PyTorch: `nn.MultiheadAttention`.

use core::mem::offset_of;

use nalgebra::{SMatrix, SVector};

use crate::kernels::Isa;
use crate::kernels::attention::{Attention, BLOCK, Columns, ColumnsMut, Derivatives, Scratch, Seen};
use crate::kernels::checked::{copy, part_mut};
use crate::layers::Dense;
use crate::layers::heads::Sequences;
use crate::layers::waves::{wave_at, waves};
use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Stream, Vals, init, math};

/// Every step of a sequence looks at all others, by several heads at once. PyTorch: `nn.MultiheadAttention`.
///
/// Written `SelfAttention<HEADS>` in a network; `[steps, features]` stays `[steps, features]`, and `HEADS` divides the
/// features. The options are [`Causal`](crate::options::Causal), so that no step sees a later one,
/// [`Rotary`](crate::options::Rotary) for positions, and [`NoBias`](crate::options::NoBias).
///
/// | symbol     | shape       | meaning                                                             |
/// |------------|-------------|---------------------------------------------------------------------|
/// | `x`        | `S × D`     | input: `S` steps                                                    |
/// | `W`, `b`   | `3D × D`, `3D` | `in_proj_weight`, `in_proj_bias` (learned): rows of `q`, `k`, `v` |
/// | `q k v`    | `D`         | of a step: its query, key and value; each head has `E = D / HEADS` of their numbers |
/// | `p`        | `S × S`     | weights of a head: how much of each step `j` step `i` gets          |
/// | `c`        | `D`         | what the heads of a step get, side by side                          |
/// | `W'`, `b'` | `D × D`, `D` | `out_proj.weight`, `out_proj.bias` (learned)                       |
/// | `y`        | `S × D`     | output                                                              |
///
/// - forward:  `(q, k, v) = W x + b`; in each head `pᵢ = softmax(qᵢᵀ kⱼ / √E)` over the `j` that `i` sees, `cᵢ = Σⱼ pᵢⱼ vⱼ`;
///   `y = W' c + b'`
/// - backward: `dc = W'ᵀ dy`; in each head `dpᵢⱼ = vⱼᵀ dcᵢ`, `dsᵢⱼ = pᵢⱼ (dpᵢⱼ − Σⱼ pᵢⱼ dpᵢⱼ) / √E`, `dqᵢ = Σⱼ dsᵢⱼ kⱼ`,
///   `dkⱼ = Σᵢ dsᵢⱼ qᵢ`, `dvⱼ = Σᵢ pᵢⱼ dcᵢ`; then `dx = Wᵀ (dq, dk, dv)`, and `dW`, `db`, `dW'`, `db'` as of `Dense`
///
/// With `Rotary`, the numbers `2i` and `2i + 1` of a head's query and key turn by the angle `t / 10000^(2i / E)` at step `t`,
/// as in the paper: their product then depends on how far apart the two steps are. (Models that pair `i` with `i + E / 2`, as
/// GPT-NeoX does, have the rows of `W` in another order.) Su et al.: *RoFormer* (2021).
///
/// The tape holds `q`, `k`, `v`, `c` and the weights. Nobody sees what lies past the valid steps, and there the output is
/// zero: a padded sequence gives what it gives alone. (PyTorch's `key_padding_mask` says the same of keys; the steps
/// themselves get some output there.) There is no dropout of weights.
///
/// As in PyTorch, `W` starts uniform in `±√(6 / 4D)`, `W'` in `±1/√D`, and the biases at 0. Vaswani et al.: *Attention is
/// all you need* (2017).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::SelfAttention};
///
/// // one head of one number; queries are zero, so every step gets the mean of all values
/// let mut attention = SelfAttention::<f64, 1, 3, 3, 1>::ZERO;
/// attention.in_proj_weight = vector![0.0, 1.0, 2.0];
/// attention.out_proj.weight = matrix![10.0];
/// let (mut y, mut work) = (vector![0.0, 0.0, 0.0], Blank::ZERO);
/// attention.forward(&vector![1.0, 2.0, 6.0], &mut y, None, &mut work, Pass::infer());
/// assert!((y - vector![60.0, 60.0, 60.0]).amax() < 1e-12);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [64, 96], crate = dl_core)]
/// #[forward(|x| {
///     let x = x + attn(norm1(x));
///     x + down(gelu(up(norm2(x))))
/// })]
/// struct Block { norm1: LayerNorm, attn: SelfAttention<6, Causal>, norm2: LayerNorm, up: Dense<384>, down: Dense<96> }
///
/// assert_eq!(<Block>::PARAMS, 2 * 192 + 4 * 96 * 96 + 4 * 96 + 2 * 96 * 384 + 384 + 96);
/// ```
#[doc(alias = "MultiheadAttention")]
#[doc(alias = "nn.MultiheadAttention")]
#[derive(Debug)]
#[repr(C)]
pub struct SelfAttention<
    T,
    const D: usize,
    const D3: usize,
    const S: usize,
    const HEADS: usize,
    const CAUSAL: bool = false,
    const ROTARY: bool = false,
    const BIASES: usize = D3,
    const BIAS: usize = D,
> {
    /// `3D × D`: rows of queries, keys, values.
    pub in_proj_weight: SMatrix<T, D3, D>,
    /// `3D`, or nothing with `NoBias`.
    pub in_proj_bias: SVector<T, BIASES>,
    /// From what the heads get to the output.
    pub out_proj: Dense<T, D, D, BIAS>,
}

/// What is kept: `q`, `k`, `v`; `c`; the weights.
type Tape<T, const D: usize, const D3: usize, const S: usize, const HEADS: usize, const B: usize> =
    ([[[T; D3]; S]; B], [[[T; D]; S]; B], [[[[T; S]; S]; HEADS]; B]);

/// `q`, `k`, `v` or their derivatives; `c` or its derivative; the scores of a block, and the keys of a head.
type Work<T, const D: usize, const D3: usize, const S: usize, const B: usize> =
    ([[[T; D3]; S]; B], [[[T; D]; S]; B], ([[T; S]; BLOCK], [[T; D]; S]));

impl<
    T: Real,
    const D: usize,
    const D3: usize,
    const S: usize,
    const HEADS: usize,
    const CAUSAL: bool,
    const ROTARY: bool,
    const BIASES: usize,
    const BIAS: usize,
> SelfAttention<T, D, D3, S, HEADS, CAUSAL, ROTARY, BIASES, BIAS>
{
    const CHECK: () = {
        assert!(D3 == 3 * D && HEADS > 0 && D.is_multiple_of(HEADS), "the heads divide the features");
        assert!((BIASES == 0 && BIAS == 0) || (BIASES == D3 && BIAS == D));
        assert!(!ROTARY || (D / HEADS).is_multiple_of(2), "pairs of numbers turn");
    };

    #[inline(always)]
    fn how() -> Attention<T> {
        let scale = math::sqrt(T::of((D / HEADS) as f64)).recip();
        Attention { heads: HEADS, width: D / HEADS, scale, causal: CAUSAL }
    }

    /// Turns queries and keys of all valid steps by their positions, or back; `turns` is memory.
    fn rotate<const B: usize>(
        all: Sequences<'_>,
        isa: Isa,
        qkv: &mut [[[T; D3]; S]; B],
        turns: &mut [[T; D]; S],
        back: bool,
    ) {
        let (width, turns) = (D / HEADS, turns.as_flattened_mut());
        waves(S, width, |step, pair, sin, cos| {
            let first = step * width + 2 * pair;
            copy(&[sin, cos], part_mut(turns, first..first + 2));
        });
        for (b, qkv) in qkv.iter_mut().take(all.live).enumerate() {
            for (step, turns) in qkv.iter_mut().take(all.valid(b)).zip(turns.chunks_exact(width)) {
                T::rotate(isa, turns, &mut step[..2 * D], back);
            }
        }
    }

    /// What a sample's `steps` valid steps see of each other.
    #[inline(always)]
    fn seen(qkv: &[T], steps: usize) -> Seen<'_, T> {
        let part = |part: usize| Columns { numbers: &qkv[part * D..], pitch: D3 };
        Seen { queries: part(0), keys: part(1), values: part(2), steps: [steps, steps] }
    }
}

impl<
    T: Real,
    const D: usize,
    const D3: usize,
    const S: usize,
    const HEADS: usize,
    const CAUSAL: bool,
    const ROTARY: bool,
    const BIASES: usize,
    const BIAS: usize,
    const X: usize,
> Layer<T, Vals<X>, Vals<X>> for SelfAttention<T, D, D3, S, HEADS, CAUSAL, ROTARY, BIASES, BIAS>
{
    type Tape<const B: usize> = Tape<T, D, D3, S, HEADS, B>;
    type Work<const B: usize> = Work<T, D, D3, S, B>;

    const MACS: usize = 4 * S * D * D + 2 * D * if CAUSAL { S * (S + 1) / 2 } else { S * S };
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        tape: Option<&mut Self::Tape<B>>,
        (qkv, c, (scores, panel)): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(X == S * D) }
        let () = Self::CHECK;
        let (all, isa) = (Sequences::of(pass, S), pass.isa());
        let (qkv, c, mut weights) = match tape {
            Some((qkv, c, weights)) => (qkv, c, Some(weights)),
            None => (qkv, c, None),
        };
        let product = [self.in_proj_weight.as_slice(), self.in_proj_bias.as_slice(), x.as_slice()];
        all.product(isa, [D3, D], product, qkv.as_flattened_mut().as_flattened_mut());
        if ROTARY {
            Self::rotate(all, isa, qkv, panel, false);
        }
        for b in 0..pass.live() {
            let weights = weights.as_mut().map(|weights| weights[b].as_flattened_mut().as_flattened_mut());
            let c = ColumnsMut { numbers: c[b].as_flattened_mut(), pitch: D };
            let scratch = Scratch { scores: scores.as_flattened_mut(), panel: panel.as_flattened_mut() };
            let seen = Self::seen(qkv[b].as_flattened(), all.valid(b));
            Self::how().run(isa, seen, weights, c, scratch);
        }
        let c = c.as_flattened().as_flattened();
        let product = [self.out_proj.weight.as_slice(), self.out_proj.bias.as_slice(), c];
        all.product(isa, [D, D], product, y.as_mut_slice());
        all.clear_rest(D, y.as_mut_slice());
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        (qkv, c, weights): &Self::Tape<B>,
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        (d_qkv, dc, (scores, panel)): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        let (all, isa, fresh) = (Sequences::of(pass, S), pass.isa(), pass.is_fresh());
        let dc_slice = dc.as_flattened_mut().as_flattened_mut();
        all.to_input(isa, [D, D], [self.out_proj.weight.as_slice(), dy.as_slice()], dc_slice);
        for b in 0..pass.live() {
            let seen = Self::seen(qkv[b].as_flattened(), all.valid(b));
            let weights = weights[b].as_flattened().as_flattened();
            let dc = Columns { numbers: dc[b].as_flattened(), pitch: D };
            let to = ColumnsMut { numbers: d_qkv[b].as_flattened_mut(), pitch: D3 };
            let to = Derivatives::Together(to);
            let scratch = Scratch { scores: scores.as_flattened_mut(), panel: panel.as_flattened_mut() };
            Self::how().run_back(isa, seen, weights, dc, to, scratch);
        }
        if ROTARY {
            Self::rotate(all, isa, d_qkv, panel, true);
        }
        let d_qkv = d_qkv.as_flattened().as_flattened();
        if let Some(grad) = grad {
            let out = &mut grad.out_proj;
            let c = c.as_flattened().as_flattened();
            let to = [out.weight.as_mut_slice(), out.bias.as_mut_slice()];
            all.to_weight(isa, [D, D], [dy.as_slice(), c], to, fresh);
            let to = [grad.in_proj_weight.as_mut_slice(), grad.in_proj_bias.as_mut_slice()];
            all.to_weight(isa, [D3, D], [d_qkv, x.as_slice()], to, fresh);
        }
        if let Some(dx) = dx {
            pass.live_part_mut(dx.as_mut_slice());
            all.to_input(isa, [D3, D], [self.in_proj_weight.as_slice(), d_qkv], dx.as_mut_slice());
        }
    }
}

/// Keys and values of the last `S` steps, and how many steps there were.
type State<T, const D: usize, const S: usize, const B: usize> = ([[[[T; D]; 2]; S]; B], u32);

impl<
    T: Real,
    const D: usize,
    const D3: usize,
    const S: usize,
    const HEADS: usize,
    const CAUSAL: bool,
    const ROTARY: bool,
    const BIASES: usize,
    const BIAS: usize,
> Stream<T, Vals<D>, Vals<D>> for SelfAttention<T, D, D3, S, HEADS, CAUSAL, ROTARY, BIASES, BIAS>
{
    /// A step sees the `S` last ones, itself included: those of before are written over.
    type State<const B: usize> = State<T, D, S, B>;
    /// `q`, `k`, `v`; `c`; the scores of a block, and the keys of a head.
    type Work<const B: usize> = Work<T, D, D3, S, B>;

    const STEP_MACS: usize = 4 * D * D + 2 * D * S;

    fn step<'a, const B: usize>(
        &self,
        x: &SMatrix<T, D, B>,
        y: &mut SMatrix<T, D, B>,
        (cache, step): &mut Self::State<B>,
        (qkv, c, (scores, panel)): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(CAUSAL, "a step sees no later ones") }
        let () = Self::CHECK;
        let isa = pass.isa();
        let (place, seen) = (*step as usize % S, S.min(*step as usize + 1));
        let (qkv, c) = (&mut qkv.as_flattened_mut()[..B], &mut c.as_flattened_mut()[..B]);
        let (w, b) = (self.in_proj_weight.as_slice(), self.in_proj_bias.as_slice());
        T::gemm_bias(isa, [D3, B, D], w, x.as_slice(), b, qkv.as_flattened_mut(), false);
        if ROTARY {
            let turns = &mut panel.as_flattened_mut()[..D / HEADS];
            wave_at(*step, turns);
            qkv.iter_mut().for_each(|qkv| T::rotate(isa, turns, &mut qkv[..2 * D], false));
        }
        for ((qkv, cache), c) in qkv.iter().zip(cache).zip(&mut *c) {
            cache[place].as_flattened_mut().copy_from_slice(&qkv[D..]);
            let cache = cache.as_flattened().as_flattened();
            let seen = Seen {
                queries: Columns { numbers: qkv, pitch: D3 },
                keys: Columns { numbers: cache, pitch: 2 * D },
                values: Columns { numbers: &cache[D..], pitch: 2 * D },
                steps: [1, seen],
            };
            let scratch = Scratch { scores: scores.as_flattened_mut(), panel: panel.as_flattened_mut() };
            let how = Attention { causal: false, ..Self::how() };
            how.run(isa, seen, None, ColumnsMut { numbers: c, pitch: D }, scratch);
        }
        let (w, b) = (self.out_proj.weight.as_slice(), self.out_proj.bias.as_slice());
        T::gemm_bias(isa, [D, B, D], w, c.as_flattened(), b, y.as_mut_slice(), false);
        *step = step.wrapping_add(1);
    }
}

impl<
    T: Real,
    const D: usize,
    const D3: usize,
    const S: usize,
    const HEADS: usize,
    const CAUSAL: bool,
    const ROTARY: bool,
    const BIASES: usize,
    const BIAS: usize,
> Params<T> for SelfAttention<T, D, D3, S, HEADS, CAUSAL, ROTARY, BIASES, BIAS>
{
    type Grad = Self;
    const PARAMS: usize = D3 * D + BIASES + D * D + BIAS;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = {
        let (weight, bias) = (Shape::new([D3, D]), Shape::new([BIASES]));
        ParamLayout::Fields(&[
            Field::param("in_proj_weight", offset_of!(Self, in_proj_weight), weight, Order::ColumnMajor),
            Field::param("in_proj_bias", offset_of!(Self, in_proj_bias), bias, Order::RowMajor),
            Field::new("out_proj", offset_of!(Self, out_proj), <Dense<T, D, D, BIAS> as Params<T>>::LAYOUT),
        ])
    };

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let (weight, bias) = (self.in_proj_weight.as_slice(), self.in_proj_bias.as_slice());
        let shape = Shape::new([D3, D]);
        f(at.field("in_proj_weight"), Param::new(weight, shape, Order::ColumnMajor, Kind::Weight));
        if BIASES > 0 {
            let shape = Shape::new([BIASES]);
            f(at.field("in_proj_bias"), Param::new(bias, shape, Order::RowMajor, Kind::Bias));
        }
        self.out_proj.visit(at.field("out_proj"), f);
    }

    fn zip<const N: usize>(&mut self, mut with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        let (weight, bias) = (self.in_proj_weight.as_mut_slice(), self.in_proj_bias.as_mut_slice());
        let weight = ParamMut::new(weight, Shape::new([D3, D]), Order::ColumnMajor, Kind::Weight);
        let others = with.each_mut().map(|g| g.in_proj_weight.as_mut_slice());
        f(at.field("in_proj_weight"), weight, others);
        if BIASES > 0 {
            let bias = ParamMut::new(bias, Shape::new([BIASES]), Order::RowMajor, Kind::Bias);
            f(at.field("in_proj_bias"), bias, with.each_mut().map(|g| g.in_proj_bias.as_mut_slice()));
        }
        self.out_proj.zip(with.map(|g| &mut g.out_proj), at.field("out_proj"), f);
    }

    fn init(&mut self, rng: Rng) {
        let weight = self.in_proj_weight.as_mut_slice();
        let weight = ParamMut::new(weight, Shape::new([D3, D]), Order::ColumnMajor, Kind::Weight);
        init::xavier_uniform(weight, rng.fork(0));
        self.in_proj_bias.fill(T::zero());
        self.out_proj.init(rng.fork(1));
        self.out_proj.bias.fill(T::zero());
    }
}

impl<
    T: Real,
    const D: usize,
    const D3: usize,
    const S: usize,
    const HEADS: usize,
    const CAUSAL: bool,
    const ROTARY: bool,
    const BIASES: usize,
    const BIAS: usize,
> Blank for SelfAttention<T, D, D3, S, HEADS, CAUSAL, ROTARY, BIASES, BIAS>
{
    const ZERO: Self =
        SelfAttention { in_proj_weight: Blank::ZERO, in_proj_bias: Blank::ZERO, out_proj: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::layers::heads::testing::differences;

    /// One head, whose values are its input, and whose keys are 1, 2, ..
    fn of_positions(keys: SVector<f64, 3>, causal: bool) -> SVector<f64, 6> {
        // a step is its number and a value; queries are 1
        let mut y = SVector::zeros();
        let x = vector![keys[0], 10.0, keys[1], 20.0, keys[2], 60.0];
        let mut work = Blank::ZERO;
        let weight = matrix![0.0, 0.0; 0.0, 0.0; 1.0, 0.0; 0.0, 0.0; 0.0, 0.0; 0.0, 1.0];
        let bias = vector![2.0_f64.sqrt(), 0.0, 0.0, 0.0, 0.0, 0.0];
        let out_proj = Dense { weight: SMatrix::identity(), bias: vector![100.0, 0.0] };
        if causal {
            let layer = SelfAttention::<f64, 2, 6, 3, 1, true> {
                in_proj_weight: weight,
                in_proj_bias: bias,
                out_proj,
            };
            layer.forward(&x, &mut y, None, &mut work, Pass::infer());
        } else {
            let layer =
                SelfAttention::<f64, 2, 6, 3, 1> { in_proj_weight: weight, in_proj_bias: bias, out_proj };
            layer.forward(&x, &mut y, None, &mut work, Pass::infer());
        }
        y
    }

    #[test]
    fn forward_by_hand() {
        // scores are the keys: weights 1/4, 1/2, 1/4
        let y = of_positions(vector![0.0, 2.0_f64.ln(), 0.0], false);
        let mean = 10.0 / 4.0 + 20.0 / 2.0 + 60.0 / 4.0;
        assert!((y - vector![100.0, mean, 100.0, mean, 100.0, mean]).amax() < 1e-12, "{y}");
    }

    #[test]
    fn no_step_sees_a_later_one() {
        let y = of_positions(vector![0.0, 2.0_f64.ln(), 0.0], true);
        let second = 10.0 / 3.0 + 20.0 * 2.0 / 3.0;
        let third = 10.0 / 4.0 + 20.0 / 2.0 + 60.0 / 4.0;
        assert!((y - vector![100.0, 10.0, 100.0, second, 100.0, third]).amax() < 1e-12, "{y}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences::<SelfAttention<f64, 4, 12, 3, 2>, 12>();
        differences::<SelfAttention<f64, 4, 12, 5, 2, true>, 20>();
        differences::<SelfAttention<f64, 3, 9, 4, 3, true, false, 0, 0>, 12>();
        differences::<SelfAttention<f64, 3, 9, 2, 1, false, false, 0, 0>, 6>();
        differences::<SelfAttention<f64, 1, 3, 1, 1>, 1>();
        differences::<SelfAttention<f64, 4, 12, 3, 1, false, true>, 12>();
        differences::<SelfAttention<f64, 4, 12, 4, 2, true, true>, 16>();
        // more than one block
        differences::<SelfAttention<f64, 2, 6, 18, 1, true>, 36>();
    }
}
