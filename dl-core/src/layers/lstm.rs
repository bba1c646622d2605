//! Long short-term memory over the steps of a sequence. PyTorch: `nn.LSTM`.

use nalgebra::{SMatrix, SVector};

use crate::kernels::recurrence::Cell;
use crate::layers::recurrent::{Steps, recurrent_layer};

/// Long short-term memory over the steps of a sequence. PyTorch: `nn.LSTM`.
///
/// Written `Lstm<HIDDEN>` in a network; `[steps, features]` becomes `[steps, HIDDEN]`. The options are
/// [`Last`](crate::options::Last) for the last state alone, [`Bidirectional`](crate::options::Bidirectional), and
/// [`NoBias`](crate::options::NoBias). Several layers on top of each other are several fields.
///
/// | symbol    | shape    | meaning                                            |
/// |-----------|----------|----------------------------------------------------|
/// | `x`       | `S × IN` | input: `S` steps                                   |
/// | `W`, `b`  | `G × IN`, `G` | `weight_ih`, `bias_ih` (learned), `G = 4 H`   |
/// | `U`, `b'` | `G × H`, `G`  | `weight_hh`, `bias_hh` (learned)              |
/// | `i f g o` | `H`      | gates: what to take in, what to keep, what it is, what to show |
/// | `c`       | `H`      | what is remembered, zero before the first step     |
/// | `h`       | `H`      | state and output, zero before the first step       |
///
/// - forward, at each step: `(aᵢ, a_f, a_g, aₒ) = W xₜ + b + U hₜ₋₁ + b'`, `i = σ(aᵢ)`, `f = σ(a_f)`, `g = tanh(a_g)`,
///   `o = σ(aₒ)`, `cₜ = f ⊙ cₜ₋₁ + i ⊙ g`, `hₜ = o ⊙ tanh(cₜ)`
/// - backward, from the last step to the first, with `dhₜ = dyₜ + Uᵀ daₜ₊₁`: `daₒ = dh ⊙ tanh(c) ⊙ o (1 − o)`,
///   `dc = dcₜ₊₁ ⊙ fₜ₊₁ + dh ⊙ o (1 − tanh²(c))`, `daᵢ = dc ⊙ g ⊙ i (1 − i)`, `da_f = dc ⊙ cₜ₋₁ ⊙ f (1 − f)`,
///   `da_g = dc ⊙ i (1 − g²)`; then `dx = Wᵀ da`, `dW += da xᵀ`, `dU += daₜ hₜ₋₁ᵀ`, `db += da`, `db' += da`
///
/// The tape holds gates and `c` of every step, with `Last` the states too; otherwise these are the output. Past the valid
/// steps the output is zero; the last state is that of the last valid step.
///
/// Everything starts uniform in `±1/√H`, as PyTorch's does. Parameters have the names of `nn.LSTM`: `weight_ih_l0`,
/// `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`. Hochreiter, Schmidhuber: *Long Short-Term Memory* (1997); Gers et al.:
/// *Learning to Forget* (2000).
///
/// ```
/// use dl_core::nalgebra::{vector};
/// use dl_core::{Blank, Layer, Pass, layers::Lstm};
///
/// // all weights zero: i, f and o are ½, and only the bias of g takes anything in
/// let mut lstm = Lstm::<f64, 1, 1, 4, 2>::ZERO;
/// lstm.bias_ih[2] = 100.0;
/// let (mut y, mut work) = (vector![0.0, 0.0], Blank::ZERO);
/// lstm.forward(&vector![7.0, 8.0], &mut y, None, &mut work, Pass::infer());
/// assert_eq!(y, vector![0.5 * 0.5_f64.tanh(), 0.5 * 0.75_f64.tanh()]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [u16; 64], crate = dl_core)]
/// struct Chars { embed: Embedding<96, 32>, lstm1: Lstm<128>, lstm2: Lstm<128>, head: Dense<96> }
///
/// assert_eq!(<Chars as dl_core::Network>::OUTPUT.dims(), [64, 96]);
/// assert_eq!(<Chars>::PARAMS, 96 * 32 + 4 * 128 * (32 + 128 + 2) + 4 * 128 * (128 + 128 + 2) + 129 * 96);
/// ```
#[doc(alias = "nn.LSTM")]
#[derive(Debug)]
#[repr(C)]
pub struct Lstm<
    T,
    const IN: usize,
    const H: usize,
    const G: usize,
    const S: usize,
    const KEPT: usize = 0,
    const BIAS: usize = G,
> {
    /// `G × IN`: rows of `i`, `f`, `g`, `o`.
    pub weight_ih: SMatrix<T, G, IN>,
    /// `G × H`
    pub weight_hh: SMatrix<T, G, H>,
    /// `G`, or nothing with `NoBias`.
    pub bias_ih: SVector<T, BIAS>,
    /// `G`, or nothing with `NoBias`.
    pub bias_hh: SVector<T, BIAS>,
}

recurrent_layer! {
    [const IN, const H, const G, const S, const KEPT, const BIAS] Lstm<T, IN, H, G, S, KEPT, BIAS>,
    sums: G; cell: Cell::Lstm; kept: (Steps<T, G, S, B>, Steps<T, H, S, B>, Steps<T, H, KEPT, B>);
    state: (SMatrix<T, H, B>, SMatrix<T, H, B>);
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::layers::recurrent::testing::differences;
    use crate::{Blank, Layer, Pass, math};

    #[test]
    fn forward_by_hand() {
        let mut lstm = Lstm::<f64, 2, 1, 4, 2>::ZERO;
        lstm.weight_ih = matrix![1.0, 0.0; 0.0, 1.0; 0.5, 0.5; -1.0, 1.0];
        lstm.weight_hh = matrix![1.0; 2.0; 3.0; 4.0];
        lstm.bias_ih = vector![0.1, 0.2, 0.3, 0.4];
        lstm.bias_hh = vector![0.0, 0.0, 0.0, -0.4];
        let (mut y, mut work) = (vector![0.0, 0.0], Blank::ZERO);
        lstm.forward(&vector![1.0, 2.0, -1.0, 1.0], &mut y, None, &mut work, Pass::infer());
        let (s, t) = (math::sigmoid::<f64>, math::tanh::<f64>);
        let c = s(1.1) * t(1.8);
        let h = s(1.0) * t(c);
        let next = s(1.2 + 2.0 * h) * c + s(-0.9 + h) * t(0.3 + 3.0 * h);
        let expected = vector![h, s(2.0 + 4.0 * h) * t(next)];
        assert!((y - expected).amax() < 1e-15, "{y}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences::<Lstm<f64, 2, 3, 12, 4>, 8, 12>();
        differences::<Lstm<f64, 3, 1, 4, 3>, 9, 3>();
        differences::<Lstm<f64, 1, 17, 68, 2>, 2, 34>();
        differences::<Lstm<f64, 2, 3, 12, 4, 4>, 8, 3>();
        differences::<Lstm<f64, 2, 3, 12, 4, 0, 0>, 8, 12>();
        differences::<Lstm<f64, 2, 3, 12, 1>, 2, 3>();
    }
}
