//! Every step looks at the steps of a second sequence, which it compares with itself by a small network.

use core::mem::offset_of;

use nalgebra::{SMatrix, SVector};

use crate::kernels::attention::{Additive, AdditiveBack, Columns, ColumnsMut, Scores};
use crate::layers::heads::Sequences;
use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::signal::Lens;
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Vals, init, kernels};

/// Every step looks at the steps of a second sequence, which it compares with itself by a small network.
///
/// Written `Attend<Additive<UNITS>>` in a network, and called with both: `attend(h, memory)`. `[steps, D]` and a memory of
/// `[others, E]` become `[steps, E]`.
///
/// | symbol | shape       | meaning                                      |
/// |--------|-------------|----------------------------------------------|
/// | `h`    | `S × D`     | input: `S` steps                             |
/// | `m`    | `M × E`     | input: `M` steps of the memory               |
/// | `W`    | `UNITS × D` | `query_weight` (learned)                     |
/// | `U`    | `UNITS × E` | `key_weight` (learned)                       |
/// | `v`    | `UNITS`     | `score_weight` (learned)                     |
/// | `p`    | `S × M`     | weights: how much of each step `j` of the memory step `i` gets |
/// | `c`    | `S × E`     | output                                       |
///
/// - forward:  `tᵢⱼ = tanh(W hᵢ + U mⱼ)`, `pᵢ = softmax(vᵀ tᵢⱼ)` over all `j`, `cᵢ = Σⱼ pᵢⱼ mⱼ`
/// - backward: `dpᵢⱼ = mⱼᵀ dcᵢ`, `dsᵢⱼ = pᵢⱼ (dpᵢⱼ − Σⱼ pᵢⱼ dpᵢⱼ)`, `dv += Σ dsᵢⱼ tᵢⱼ`, `dzᵢⱼ = dsᵢⱼ v ⊙ (1 − tᵢⱼ²)`; then
///   `dhᵢ = Wᵀ Σⱼ dzᵢⱼ`, `dW += Σ dzᵢⱼ hᵢᵀ`, `dmⱼ = Uᵀ Σᵢ dzᵢⱼ + Σᵢ pᵢⱼ dcᵢ`, `dU += Σ dzᵢⱼ mⱼᵀ`
///
/// The tape holds `W h`, `U m` and the weights; `t` is computed again. Valid steps are treated as by [`Attend`](super::Attend).
/// Everything starts uniform in `±1/√n`, for `n` numbers in a row, as `nn.Linear` does. Bahdanau et al.: *Neural Machine
/// Translation by Jointly Learning to Align and Translate* (2015).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::AdditiveAttention};
///
/// // v is zero: the mean of the memory
/// let attend = AdditiveAttention::<f64, 1, 2, 1, 1, 2>::ZERO;
/// let (mut c, mut work) = (vector![0.0, 0.0], Blank::ZERO);
/// attend.forward((&vector![7.0], &vector![1.0, 2.0, 3.0, 6.0]), &mut c, None, &mut work, Pass::infer());
/// assert_eq!(c, vector![2.0, 4.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = ([20, 32], [24, 48]), crate = dl_core)]
/// #[forward(|h, memory| mix(concat(h, attend(h, memory))))]
/// struct Decoder { attend: Attend<Additive<16>>, mix: Dense<32> }
///
/// assert_eq!(<Decoder>::PARAMS, 16 * (32 + 48 + 1) + (32 + 48) * 32 + 32);
/// ```
#[doc(alias = "BahdanauAttention")]
#[derive(Debug)]
#[repr(C)]
pub struct AdditiveAttention<
    T,
    const D: usize,
    const E: usize,
    const UNITS: usize,
    const S: usize,
    const M: usize,
> {
    /// `W`
    pub query_weight: SMatrix<T, UNITS, D>,
    /// `U`
    pub key_weight: SMatrix<T, UNITS, E>,
    /// `v`
    pub score_weight: SVector<T, UNITS>,
}

/// `W h`; `U m`; the weights.
type Tape<T, const UNITS: usize, const S: usize, const M: usize, const B: usize> =
    ([[[T; UNITS]; S]; B], [[[T; UNITS]; M]; B], [[[T; M]; S]; B]);

/// `W h` and `U m` or their derivatives; of a sample, the scores, the memory in another order, and one `t`.
type Work<T, const E: usize, const UNITS: usize, const S: usize, const M: usize, const B: usize> =
    ([[[T; UNITS]; S]; B], [[[T; UNITS]; M]; B], ([[T; M]; S], [[T; E]; M], [T; UNITS]));

impl<T: Real, const D: usize, const E: usize, const UNITS: usize, const S: usize, const M: usize>
    AdditiveAttention<T, D, E, UNITS, S, M>
{
    fn matrices_mut(&mut self) -> [&mut [T]; 3] {
        [self.query_weight.as_mut_slice(), self.key_weight.as_mut_slice(), self.score_weight.as_mut_slice()]
    }

    /// Names and shapes, in their order.
    const fn about() -> [(&'static str, Shape); 3] {
        [
            ("query_weight", Shape::new([UNITS, D])),
            ("key_weight", Shape::new([UNITS, E])),
            ("score_weight", Shape::new([UNITS])),
        ]
    }
}

impl<
    T: Real,
    const D: usize,
    const E: usize,
    const UNITS: usize,
    const S: usize,
    const M: usize,
    const X: usize,
    const Z: usize,
    const Y: usize,
> Layer<T, (Vals<X>, Vals<Z>), Vals<Y>> for AdditiveAttention<T, D, E, UNITS, S, M>
{
    type Tape<const B: usize> = Tape<T, UNITS, S, M, B>;
    type Work<const B: usize> = Work<T, E, UNITS, S, M, B>;

    const MACS: usize = UNITS * (S * D + M * E + S * M) + S * M * E;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        (h, m): (&SMatrix<T, X, B>, &SMatrix<T, Z, B>),
        c: &mut SMatrix<T, Y, B>,
        tape: Option<&mut Self::Tape<B>>,
        (a, u, (scores, _, t)): &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        const { assert!(UNITS > 0 && X == S * D && Z == M * E && Y == S * E) }
        let ([of_h, of_m], isa) = (Sequences::of_two(pass, [S, M]), pass.isa());
        let (a, u, mut weights) = match tape {
            Some((a, u, weights)) => (a, u, Some(weights)),
            None => (a, u, None),
        };
        let (m, c) = (m.as_slice(), c.as_mut_slice());
        let query = [self.query_weight.as_slice(), &[], h.as_slice()];
        of_h.product(isa, [UNITS, D], query, a.as_flattened_mut().as_flattened_mut());
        let key = [self.key_weight.as_slice(), &[], m];
        of_m.product(isa, [UNITS, E], key, u.as_flattened_mut().as_flattened_mut());
        for b in 0..pass.live() {
            let (steps, seen, c) = (of_h.valid(b), of_m.valid(b), &mut c[b * Y..(b + 1) * Y]);
            if seen == 0 {
                c.fill(T::zero());
                continue;
            }
            let p = weights.as_mut().map_or(&mut *scores, |weights| &mut weights[b]);
            let p = &mut p.as_flattened_mut()[..steps * seen];
            let (queries, keys) = (a[b][..steps].as_flattened(), u[b][..seen].as_flattened());
            T::compare(isa, Additive { queries, keys, weight: self.score_weight.as_slice() }, p, t);
            T::weigh(isa, Scores::of_all(seen), p);
            let (m, p) = (Columns { numbers: &m[b * Z..], pitch: E }, Columns { numbers: p, pitch: seen });
            assert!(T::part_product(isa, [E, steps, seen], m, p, ColumnsMut { numbers: c, pitch: E }));
        }
        of_h.clear_rest(E, c);
        pass.copy_first(c);
    }

    fn backward<'a, const B: usize>(
        &self,
        (h, m): (&SMatrix<T, X, B>, &SMatrix<T, Z, B>),
        _: &SMatrix<T, Y, B>,
        (a, u, weights): &Self::Tape<B>,
        dc: &SMatrix<T, Y, B>,
        (dh, dm): (Option<&mut SMatrix<T, X, B>>, Option<&mut SMatrix<T, Z, B>>),
        mut grad: Option<&mut Self>,
        (da, du, (ds, panel, t)): &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        let ([of_h, of_m], isa, fresh) = (Sequences::of_two(pass, [S, M]), pass.isa(), pass.is_fresh());
        let (m, dc, panel) = (m.as_slice(), dc.as_slice(), panel.as_flattened_mut());
        let mut dm = dm.map(|dm| pass.live_part_mut(dm.as_mut_slice()));
        if let Some(grad) = &mut grad {
            pass.gradient(grad.score_weight.as_mut_slice());
        }
        for b in 0..pass.live() {
            let (steps, seen) = (of_h.valid(b), of_m.valid(b));
            let (da, du) = (da[b][..steps].as_flattened_mut(), du[b][..seen].as_flattened_mut());
            let dm = dm.as_mut().map(|dm| &mut dm[b * Z..(b + 1) * Z]);
            if steps == 0 || seen == 0 {
                da.fill(T::zero());
                du.fill(T::zero());
                if let Some(dm) = dm {
                    dm.fill(T::zero());
                }
                continue;
            }
            let (m, dc) =
                (Columns { numbers: &m[b * Z..], pitch: E }, Columns { numbers: &dc[b * Y..], pitch: E });
            let p = &weights[b].as_flattened()[..steps * seen];
            let ds = &mut ds.as_flattened_mut()[..steps * seen];
            assert!(T::turn(E, seen, m, panel));
            let rows = Columns { numbers: &*panel, pitch: seen };
            assert!(T::part_product(
                isa,
                [seen, steps, E],
                rows,
                dc,
                ColumnsMut { numbers: ds, pitch: seen }
            ));
            T::weigh_back(isa, Scores::of_all(seen), p, ds);
            let of = Additive {
                queries: a[b][..steps].as_flattened(),
                keys: u[b][..seen].as_flattened(),
                weight: self.score_weight.as_slice(),
            };
            let weight = grad.as_mut().map(|grad| grad.score_weight.as_mut_slice());
            T::compare_back(isa, of, ds, AdditiveBack { queries: da, keys: &mut *du, weight }, t);
            if let Some(dm) = dm {
                let (p, to) =
                    (Columns { numbers: p, pitch: seen }, ColumnsMut { numbers: &mut *dm, pitch: E });
                assert!(T::part_product_nt(isa, [E, seen, steps], dc, p, to, true));
                let through = &mut panel[..seen * E];
                T::gemm_tn(isa, [UNITS, seen, E], self.key_weight.as_slice(), du, through);
                kernels::add_to(dm, through);
            }
        }
        if let Some(dm) = dm {
            of_m.clear_rest(E, dm);
        }
        let (da, du) = (da.as_flattened().as_flattened(), du.as_flattened().as_flattened());
        if let Some(grad) = grad {
            let to = [grad.query_weight.as_mut_slice(), &mut []];
            of_h.to_weight(isa, [UNITS, D], [da, h.as_slice()], to, fresh);
            let to = [grad.key_weight.as_mut_slice(), &mut []];
            of_m.to_weight(isa, [UNITS, E], [du, m], to, fresh);
        }
        if let Some(dh) = dh {
            pass.live_part_mut(dh.as_mut_slice());
            of_h.to_input(isa, [UNITS, D], [self.query_weight.as_slice(), da], dh.as_mut_slice());
        }
    }
}

impl<T: Real, const D: usize, const E: usize, const UNITS: usize, const S: usize, const M: usize> Params<T>
    for AdditiveAttention<T, D, E, UNITS, S, M>
{
    type Grad = Self;
    const PARAMS: usize = UNITS * (D + E + 1);
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = {
        let [query, key, score] = Self::about();
        ParamLayout::Fields(&[
            Field::param(query.0, offset_of!(Self, query_weight), query.1, Order::ColumnMajor),
            Field::param(key.0, offset_of!(Self, key_weight), key.1, Order::ColumnMajor),
            Field::param(score.0, offset_of!(Self, score_weight), score.1, Order::ColumnMajor),
        ])
    };

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let matrices =
            [self.query_weight.as_slice(), self.key_weight.as_slice(), self.score_weight.as_slice()];
        for ((name, shape), values) in Self::about().into_iter().zip(matrices) {
            f(at.field(name), Param::new(values, shape, Order::ColumnMajor, Kind::Weight));
        }
    }

    fn zip<const N: usize>(&mut self, mut with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        for (i, ((name, shape), values)) in Self::about().into_iter().zip(self.matrices_mut()).enumerate() {
            let others = with.each_mut().map(|g| g.matrices_mut().into_iter().nth(i).unwrap_or_default());
            f(at.field(name), ParamMut::new(values, shape, Order::ColumnMajor, Kind::Weight), others);
        }
    }

    fn init(&mut self, rng: Rng) {
        for (i, (values, fan)) in (0..).zip(self.matrices_mut().into_iter().zip([D, E, UNITS])) {
            init::uniform_fan_in(values, fan, rng.fork(i));
        }
    }
}

impl<T: Real, const D: usize, const E: usize, const UNITS: usize, const S: usize, const M: usize> Blank
    for AdditiveAttention<T, D, E, UNITS, S, M>
{
    const ZERO: Self =
        AdditiveAttention { query_weight: Blank::ZERO, key_weight: Blank::ZERO, score_weight: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::layers::heads::testing::differences_of_two;
    use crate::math;

    #[test]
    fn forward_by_hand() {
        let attend = AdditiveAttention::<f64, 1, 1, 2, 1, 2> {
            query_weight: matrix![1.0; 2.0],
            key_weight: matrix![1.0; -1.0],
            score_weight: vector![1.0, 3.0],
        };
        let (mut c, mut work) = (vector![0.0], Blank::ZERO);
        attend.forward((&vector![0.5], &vector![1.0, 2.0]), &mut c, None, &mut work, Pass::infer());
        let t = math::tanh::<f64>;
        let (first, second) = (t(1.5) + 3.0 * t(0.0), t(2.5) + 3.0 * t(-1.0));
        let p = math::sigmoid(first - second);
        assert!((c[0] - (p + (1.0 - p) * 2.0)).abs() < 1e-15, "{c}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences_of_two::<AdditiveAttention<f64, 3, 2, 4, 2, 3>, 6, 6, 4>();
        differences_of_two::<AdditiveAttention<f64, 1, 1, 1, 3, 2>, 3, 2, 3>();
        differences_of_two::<AdditiveAttention<f64, 2, 3, 17, 3, 2>, 6, 6, 9>();
    }
}
