//! Every step looks at the steps of a second sequence: attention without parameters.

use nalgebra::SMatrix;

use crate::kernels::attention::{Attention, BLOCK, Columns, ColumnsMut, Derivatives, Scratch, Seen};
use crate::layers::heads::Sequences;
use crate::signal::Lens;
use crate::{Layer, Pass, Real, Vals};

/// Every step looks at the steps of a second sequence: attention without parameters.
///
/// Written `Attend` in a network, and called with both: `attend(h, memory)`. `[steps, D]` and a memory of `[others, D]` become
/// `[steps, D]`. With the option [`Additive`](crate::options::Additive) it is an
/// [`AdditiveAttention`](super::AdditiveAttention).
///
/// | symbol | shape   | meaning                                           |
/// |--------|---------|---------------------------------------------------|
/// | `h`    | `S × D` | input: `S` steps                                  |
/// | `m`    | `M × D` | input: `M` steps of the memory                    |
/// | `p`    | `S × M` | weights: how much of each step `j` of the memory step `i` gets |
/// | `c`    | `S × D` | output                                            |
///
/// - forward:  `pᵢ = softmax(hᵢᵀ mⱼ)` over all `j`, `cᵢ = Σⱼ pᵢⱼ mⱼ`
/// - backward: `dpᵢⱼ = mⱼᵀ dcᵢ`, `dsᵢⱼ = pᵢⱼ (dpᵢⱼ − Σⱼ pᵢⱼ dpᵢⱼ)`, `dhᵢ = Σⱼ dsᵢⱼ mⱼ`, `dmⱼ = Σᵢ dsᵢⱼ hᵢ + pᵢⱼ dcᵢ`
///
/// The products are not scaled. The tape holds the weights. Nobody looks at what lies past the memory's valid steps; past
/// those of `h` the output is zero, and so is all of it where the memory has no valid step. Luong et al.: *Effective Approaches
/// to Attention-based Neural Machine Translation* (2015), with the score `dot`.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Blank, Layer, Pass, layers::Attend};
///
/// // one step, two of the memory; the first score is larger by ln 3
/// let (h, m) = (vector![3.0_f64.ln(), 0.0], vector![1.0, 8.0, 0.0, 4.0]);
/// let (mut c, mut work) = (vector![0.0, 0.0], Blank::ZERO);
/// Attend::<2, 1, 2>.forward((&h, &m), &mut c, None, &mut work, Pass::infer());
/// assert!((c - vector![0.75, 7.0]).amax() < 1e-15);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = ([20, 32], [24, 32]), crate = dl_core)]
/// #[forward(|h, memory| mix(concat(h, attend(h, memory))))]
/// struct Decoder { attend: Attend, mix: Dense<32> }
///
/// assert_eq!(<Decoder>::PARAMS, 64 * 32 + 32);
/// ```
#[doc(alias = "LuongAttention")]
#[derive(Debug)]
pub struct Attend<const D: usize, const S: usize, const M: usize>;

/// Derivatives of a sample that nobody wants; the scores of a block, and a sample's memory in another order.
type Work<T, const D: usize, const S: usize, const M: usize> =
    ([[T; D]; S], [[T; D]; M], ([[T; M]; BLOCK], [[T; D]; M]));

impl<const D: usize, const S: usize, const M: usize> Attend<D, S, M> {
    #[inline(always)]
    fn how<T: Real>() -> Attention<T> {
        Attention { heads: 1, width: D, scale: T::one(), causal: false }
    }

    /// What sample `b` sees.
    #[inline(always)]
    fn seen<'x, T>(all: [Sequences<'_>; 2], [h, m]: [&'x [T]; 2], b: usize) -> Seen<'x, T> {
        let columns = |numbers: &'x [T], steps: usize| Columns {
            numbers: &numbers[b * steps * D..(b + 1) * steps * D],
            pitch: D,
        };
        let steps = all.map(|all| all.valid(b));
        Seen { queries: columns(h, S), keys: columns(m, M), values: columns(m, M), steps }
    }
}

impl<T: Real, const D: usize, const S: usize, const M: usize, const X: usize, const Z: usize, const Y: usize>
    Layer<T, (Vals<X>, Vals<Z>), Vals<Y>> for Attend<D, S, M>
{
    /// The weights.
    type Tape<const B: usize> = [[[T; M]; S]; B];
    type Work<const B: usize> = Work<T, D, S, M>;

    const MACS: usize = 2 * S * M * D;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        (h, m): (&SMatrix<T, X, B>, &SMatrix<T, Z, B>),
        c: &mut SMatrix<T, Y, B>,
        mut tape: Option<&mut Self::Tape<B>>,
        (_, _, (scores, panel)): &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        const { assert!(X == S * D && Z == M * D && Y == X) }
        let all = Sequences::of_two(pass, [S, M]);
        let c = c.as_mut_slice();
        for b in 0..pass.live() {
            let seen = Self::seen(all, [h.as_slice(), m.as_slice()], b);
            let weights = tape.as_mut().map(|weights| weights[b].as_flattened_mut());
            let y = ColumnsMut { numbers: &mut c[b * X..(b + 1) * X], pitch: D };
            let scratch = Scratch { scores: scores.as_flattened_mut(), panel: panel.as_flattened_mut() };
            Self::how().run(pass.isa(), seen, weights, y, scratch);
        }
        all[0].clear_rest(D, c);
        pass.copy_first(c);
    }

    fn backward<'a, const B: usize>(
        &self,
        (h, m): (&SMatrix<T, X, B>, &SMatrix<T, Z, B>),
        _: &SMatrix<T, Y, B>,
        weights: &Self::Tape<B>,
        dc: &SMatrix<T, Y, B>,
        (mut dh, mut dm): (Option<&mut SMatrix<T, X, B>>, Option<&mut SMatrix<T, Z, B>>),
        _: Option<&mut ()>,
        (unused_h, unused_m, (scores, panel)): &mut Self::Work<B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        let all = Sequences::of_two(pass, [S, M]);
        for b in 0..pass.live() {
            let seen = Self::seen(all, [h.as_slice(), m.as_slice()], b);
            let weights = weights[b].as_flattened();
            let dc = Columns { numbers: &dc.as_slice()[b * X..(b + 1) * X], pitch: D };
            let dh = match &mut dh {
                Some(dh) => &mut dh.as_mut_slice()[b * X..(b + 1) * X],
                None => unused_h.as_flattened_mut(),
            };
            let dm = match &mut dm {
                Some(dm) => &mut dm.as_mut_slice()[b * Z..(b + 1) * Z],
                None => unused_m.as_flattened_mut(),
            };
            let to = Derivatives::Shared([dh, dm].map(|numbers| ColumnsMut { numbers, pitch: D }));
            let scratch = Scratch { scores: scores.as_flattened_mut(), panel: panel.as_flattened_mut() };
            Self::how().run_back(pass.isa(), seen, weights, dc, to, scratch);
        }
        if let Some(dh) = dh {
            all[0].clear_rest(D, pass.live_part_mut(dh.as_mut_slice()));
        }
        if let Some(dm) = dm {
            all[1].clear_rest(D, pass.live_part_mut(dm.as_mut_slice()));
        }
    }
}

super::no_params!([const D: usize, const S: usize, const M: usize] Attend<D, S, M> = Attend);

#[cfg(test)]
mod tests {
    use nalgebra::vector;

    use super::*;
    use crate::Blank;
    use crate::layers::heads::testing::differences_of_two;

    #[test]
    fn what_lies_past_the_memory_is_not_looked_at() {
        let (h, m) = (vector![1.0, 0.5], vector![2.0, f64::NAN]);
        let (mut c, mut work) = (vector![7.0, 7.0], Blank::ZERO);
        let pass = Pass::infer().padded((Lens::of(&[1]), Lens::of(&[1])));
        Attend::<1, 2, 2>.forward((&h, &m), &mut c, None, &mut work, pass);
        assert_eq!(c, vector![2.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences_of_two::<Attend<3, 2, 4>, 6, 12, 6>();
        differences_of_two::<Attend<1, 3, 1>, 3, 1, 3>();
        differences_of_two::<Attend<2, 17, 3>, 34, 6, 34>();
    }
}
