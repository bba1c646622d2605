//! A recurrence without gates over the steps of a sequence. PyTorch: `nn.RNN`.

use nalgebra::{SMatrix, SVector};

use crate::kernels::recurrence::Cell;
use crate::layers::recurrent::{Steps, recurrent_layer};

/// A recurrence without gates over the steps of a sequence. PyTorch: `nn.RNN`.
///
/// Written `Rnn<HIDDEN>` in a network, or `Rnn<HIDDEN, Relu>` with a rectifier in the place of `tanh`; `[steps, features]`
/// becomes `[steps, HIDDEN]`. The other options are [`Last`](crate::options::Last) for the last state alone,
/// [`Bidirectional`](crate::options::Bidirectional), and [`NoBias`](crate::options::NoBias). Several layers on top of each
/// other are several fields.
///
/// | symbol    | shape    | meaning                                            |
/// |-----------|----------|----------------------------------------------------|
/// | `x`       | `S × IN` | input: `S` steps                                   |
/// | `W`, `b`  | `H × IN`, `H` | `weight_ih`, `bias_ih` (learned)              |
/// | `U`, `b'` | `H × H`, `H`  | `weight_hh`, `bias_hh` (learned)              |
/// | `φ`       |          | `tanh`, or `max(·, 0)`                             |
/// | `h`       | `H`      | state and output, zero before the first step       |
///
/// - forward, at each step: `hₜ = φ(W xₜ + b + U hₜ₋₁ + b')`
/// - backward, from the last step to the first: `daₜ = (dyₜ + Uᵀ daₜ₊₁) ⊙ φ'`, where `φ'` is `1 − hₜ²`, or 1 where `hₜ > 0`
///   and 0 elsewhere; then `dx = Wᵀ da`, `dW += da xᵀ`, `dU += daₜ hₜ₋₁ᵀ`, `db += da`, `db' += da`
///
/// The tape holds nothing, for the states are the output, or with `Last` the states. Past the valid steps the output is
/// zero; the last state is that of the last valid step.
///
/// Everything starts uniform in `±1/√H`, as PyTorch's does. Parameters have the names of `nn.RNN`: `weight_ih_l0`,
/// `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`. Elman: *Finding Structure in Time* (1990).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::Rnn};
///
/// // the sum of what came in so far, at least 0
/// let mut rnn = Rnn::<f64, 1, 1, 3, 0, 1, true>::ZERO;
/// (rnn.weight_ih, rnn.weight_hh) = (matrix![1.0], matrix![1.0]);
/// let (mut y, mut work) = (vector![0.0, 0.0, 0.0], Blank::ZERO);
/// rnn.forward(&vector![7.0, -9.0, 8.0], &mut y, None, &mut work, Pass::infer());
/// assert_eq!(y, vector![7.0, 0.0, 8.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [50, 6], crate = dl_core)]
/// struct Net { first: Rnn<8, Relu>, second: Rnn<16, Last>, head: Dense<5> }
///
/// assert_eq!(<Net>::PARAMS, 8 * (6 + 8 + 2) + 16 * (8 + 16 + 2) + 85);
/// ```
#[doc(alias = "nn.RNN")]
#[doc(alias = "SimpleRNN")]
#[derive(Debug)]
#[repr(C)]
pub struct Rnn<
    T,
    const IN: usize,
    const H: usize,
    const S: usize,
    const KEPT: usize = 0,
    const BIAS: usize = H,
    const RELU: bool = false,
> {
    /// `H × IN`
    pub weight_ih: SMatrix<T, H, IN>,
    /// `H × H`
    pub weight_hh: SMatrix<T, H, H>,
    /// `H`, or nothing with `NoBias`.
    pub bias_ih: SVector<T, BIAS>,
    /// `H`, or nothing with `NoBias`.
    pub bias_hh: SVector<T, BIAS>,
}

recurrent_layer! {
    [const IN, const H, const S, const KEPT, const BIAS; RELU] Rnn<T, IN, H, S, KEPT, BIAS, RELU>,
    sums: H; cell: if RELU { Cell::Relu } else { Cell::Tanh }; kept: Steps<T, H, KEPT, B>;
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
        let mut rnn = Rnn::<f64, 2, 1, 2>::ZERO;
        rnn.weight_ih = matrix![1.0, 0.5];
        rnn.weight_hh = matrix![2.0];
        (rnn.bias_ih, rnn.bias_hh) = (vector![0.1], vector![0.2]);
        let (mut y, mut work) = (vector![0.0, 0.0], Blank::ZERO);
        rnn.forward(&vector![1.0, 2.0, -1.0, 1.0], &mut y, None, &mut work, Pass::infer());
        let h = math::tanh(2.3_f64);
        assert!((y - vector![h, math::tanh(-0.2 + 2.0 * h)]).amax() < 1e-15, "{y}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences::<Rnn<f64, 2, 3, 4>, 8, 12>();
        differences::<Rnn<f64, 3, 1, 3>, 9, 3>();
        differences::<Rnn<f64, 1, 17, 2>, 2, 34>();
        differences::<Rnn<f64, 2, 3, 4, 4>, 8, 3>();
        differences::<Rnn<f64, 2, 3, 4, 0, 0>, 8, 12>();
        differences::<Rnn<f64, 2, 3, 4, 0, 3, true>, 8, 12>();
        differences::<Rnn<f64, 2, 3, 4, 4, 3, true>, 8, 3>();
    }
}
