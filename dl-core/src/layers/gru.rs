//! Gated recurrent units over the steps of a sequence. PyTorch: `nn.GRU`.

use nalgebra::{SMatrix, SVector};

use crate::kernels::recurrence::Cell;
use crate::layers::recurrent::{Steps, recurrent_layer};

/// Gated recurrent units over the steps of a sequence. PyTorch: `nn.GRU`.
///
/// Written `Gru<HIDDEN>` in a network; `[steps, features]` becomes `[steps, HIDDEN]`. The options are
/// [`Last`](crate::options::Last) for the last state alone, [`Bidirectional`](crate::options::Bidirectional), and
/// [`NoBias`](crate::options::NoBias). Several layers on top of each other are several fields.
///
/// | symbol    | shape    | meaning                                            |
/// |-----------|----------|----------------------------------------------------|
/// | `x`       | `S × IN` | input: `S` steps                                   |
/// | `W`, `b`  | `G × IN`, `G` | `weight_ih`, `bias_ih` (learned), `G = 3 H`   |
/// | `U`, `b'` | `G × H`, `G`  | `weight_hh`, `bias_hh` (learned)              |
/// | `r z`     | `H`      | gates: what to see of the state, what to keep of it |
/// | `n`       | `H`      | what the state would become                        |
/// | `h`       | `H`      | state and output, zero before the first step       |
///
/// - forward, at each step, with `(aᵣ, a_z, aₙ) = W xₜ + b` and `(uᵣ, u_z, uₙ) = U hₜ₋₁ + b'`: `r = σ(aᵣ + uᵣ)`,
///   `z = σ(a_z + u_z)`, `n = tanh(aₙ + r ⊙ uₙ)`, `hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁`
/// - backward, from the last step to the first, with `dhₜ = dyₜ + dhₜ₊₁ ⊙ zₜ₊₁ + Uᵀ duₜ₊₁`:
///   `daₙ = dh ⊙ (1 − z) ⊙ (1 − n²)`, `daᵣ = daₙ ⊙ uₙ ⊙ r (1 − r)`, `da_z = dh ⊙ (hₜ₋₁ − n) ⊙ z (1 − z)`, and `du` is `da`
///   but for `duₙ = daₙ ⊙ r`; then `dx = Wᵀ da`, `dW += da xᵀ`, `dU += duₜ hₜ₋₁ᵀ`, `db += da`, `db' += du`
///
/// This is PyTorch's and cuDNN's form, where `r` scales the sum with its bias; in the paper it scales the state. The tape
/// holds `r`, `z`, `n` and `uₙ` of every step, with `Last` the states too; otherwise these are the output. Past the valid
/// steps the output is zero; the last state is that of the last valid step.
///
/// Everything starts uniform in `±1/√H`, as PyTorch's does. Parameters have the names of `nn.GRU`: `weight_ih_l0`,
/// `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`. Cho et al.: *Learning Phrase Representations using RNN Encoder-Decoder*
/// (2014).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Blank, Layer, Pass, layers::Gru};
///
/// // all weights zero: z is ½, and n is 1
/// let mut gru = Gru::<f64, 1, 1, 3, 2>::ZERO;
/// gru.bias_ih[2] = 100.0;
/// let (mut y, mut work) = (vector![0.0, 0.0], Blank::ZERO);
/// gru.forward(&vector![7.0, 8.0], &mut y, None, &mut work, Pass::infer());
/// assert_eq!(y, vector![0.5, 0.75]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [50, 6], crate = dl_core)]
/// struct Activity { gru: Gru<24, Last>, head: Dense<5> }
///
/// assert_eq!(<Activity>::PARAMS, 3 * 24 * (6 + 24 + 2) + 125);
/// ```
#[doc(alias = "nn.GRU")]
#[derive(Debug)]
#[repr(C)]
pub struct Gru<
    T,
    const IN: usize,
    const H: usize,
    const G: usize,
    const S: usize,
    const KEPT: usize = 0,
    const BIAS: usize = G,
> {
    /// `G × IN`: rows of `r`, `z`, `n`.
    pub weight_ih: SMatrix<T, G, IN>,
    /// `G × H`
    pub weight_hh: SMatrix<T, G, H>,
    /// `G`, or nothing with `NoBias`.
    pub bias_ih: SVector<T, BIAS>,
    /// `G`, or nothing with `NoBias`.
    pub bias_hh: SVector<T, BIAS>,
}

recurrent_layer! {
    [const IN, const H, const G, const S, const KEPT, const BIAS] Gru<T, IN, H, G, S, KEPT, BIAS>,
    sums: G; cell: Cell::Gru; kept: (Steps<T, G, S, B>, Steps<T, H, S, B>, Steps<T, H, KEPT, B>);
    state: SMatrix<T, H, B>;
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::layers::recurrent::testing::differences;
    use crate::{Blank, Layer, Pass, math};

    #[test]
    fn forward_by_hand() {
        let mut gru = Gru::<f64, 2, 1, 3, 2>::ZERO;
        gru.weight_ih = matrix![1.0, 0.0; 0.0, 1.0; 0.5, 0.5];
        gru.weight_hh = matrix![1.0; 2.0; 3.0];
        gru.bias_ih = vector![0.1, 0.2, 0.3];
        gru.bias_hh = vector![0.0, 0.0, 0.4];
        let (mut y, mut work) = (vector![0.0, 0.0], Blank::ZERO);
        gru.forward(&vector![1.0, 2.0, -1.0, 1.0], &mut y, None, &mut work, Pass::infer());
        let (s, t) = (math::sigmoid::<f64>, math::tanh::<f64>);
        let h = (1.0 - s(2.2)) * t(1.8 + s(1.1) * 0.4);
        let z = s(1.2 + 2.0 * h);
        let expected = vector![h, (1.0 - z) * t(0.3 + s(-0.9 + h) * (3.0 * h + 0.4)) + z * h];
        assert!((y - expected).amax() < 1e-15, "{y}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences::<Gru<f64, 2, 3, 9, 4>, 8, 12>();
        differences::<Gru<f64, 3, 1, 3, 3>, 9, 3>();
        differences::<Gru<f64, 1, 17, 51, 2>, 2, 34>();
        differences::<Gru<f64, 2, 3, 9, 4, 4>, 8, 3>();
        differences::<Gru<f64, 2, 3, 9, 4, 0, 0>, 8, 12>();
        differences::<Gru<f64, 2, 3, 9, 1>, 2, 3>();
    }
}
