//! Mean 0 and variance 1 over the last dimension, then a learned scale and offset. PyTorch: `nn.LayerNorm`.

use nalgebra::{SMatrix, SVector};

use crate::kernels::rows::Rows;
use crate::{Layer, Pass, Real, Vals};

/// Mean 0 and variance 1 over the last dimension, then a learned scale and offset. PyTorch: `nn.LayerNorm`.
///
/// Written `LayerNorm` in a network; the sizes are inferred. On `[steps, features]` it acts on every step alike. An image
/// has no dimension of features that comes last: [`GroupNorm<1>`](super::GroupNorm) normalizes the whole of it.
///
/// | symbol | shape  | meaning                                                      |
/// |--------|--------|--------------------------------------------------------------|
/// | `x`    | `N`    | input (each of `ROWS` steps, of a sequence)                  |
/// | `μ`    |        | mean of `x`                                                  |
/// | `r`    |        | `1 / √(σ² + ε)`, of the biased variance, with `ε = 1e-5`     |
/// | `h`    | `N`    | `(x − μ) r`                                                  |
/// | `w`    | `N`    | weight (learned), starts at 1                                |
/// | `b`    | `N`    | bias (learned), starts at 0                                  |
/// | `y`    | `N`    | output                                                       |
///
/// - forward:  `y = w ⊙ h + b`
/// - backward: `dx = r (w ⊙ dy − mean(w ⊙ dy) − h mean(w ⊙ dy ⊙ h))`, `dw += dy ⊙ h`, `db += dy`
///
/// The tape holds `μ` and `r` of every row; `x` is lent by the network. Training and inference are alike. Weight and bias
/// are not decayed. Ba, Kiros, Hinton: *Layer normalization* (2016).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Blank, Layer, Pass, layers::LayerNorm};
///
/// let norm = LayerNorm::<f64, 3> { weight: vector![1.0, 1.0, 2.0], bias: vector![0.0, 5.0, 0.0] };
/// let mut y = vector![0.0, 0.0, 0.0];
/// // mean 3, variance 6
/// norm.forward(&vector![0.0, 3.0, 6.0], &mut y, None, &mut (), Pass::infer());
/// let h = 3.0 / (6.0_f64 + 1e-5).sqrt();
/// assert!((y - vector![-h, 5.0, 2.0 * h]).amax() < 1e-15);
/// ```
#[doc(alias = "LayerNormalization")]
#[derive(Debug)]
#[repr(C)]
pub struct LayerNorm<T, const N: usize, const ROWS: usize = 1> {
    /// `w`
    pub weight: SVector<T, N>,
    /// `b`
    pub bias: SVector<T, N>,
}

impl<T: Real, const N: usize, const ROWS: usize> LayerNorm<T, N, ROWS> {
    const HOW: Rows = Rows { len: N, run: 1, eps: 1e-5, centred: true };
}

impl<T: Real, const N: usize, const ROWS: usize, const X: usize> Layer<T, Vals<X>, Vals<X>>
    for LayerNorm<T, N, ROWS>
{
    /// `μ` and `r` of every row.
    type Tape<const B: usize> = (SMatrix<T, ROWS, B>, SMatrix<T, ROWS, B>);
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        tape: Option<&mut Self::Tape<B>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(X.is_multiple_of(N) && X <= N * ROWS) } // less: some of the steps
        let stats = tape.map(|(mean, r)| [mean.as_mut_slice(), r.as_mut_slice()]);
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            Self::HOW.forward(pass, x, y, [self.weight.as_slice(), self.bias.as_slice()], stats);
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        (mean, r): &Self::Tape<B>,
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let values = [pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()), self.weight.as_slice()];
        let dx = dx.map(|dx| pass.live_part_mut(dx.as_mut_slice()));
        let grad = grad
            .map(|grad| [pass.gradient(grad.weight.as_mut_slice()), pass.gradient(grad.bias.as_mut_slice())]);
        Self::HOW.backward(pass, values, [mean.as_slice(), r.as_slice()], dx, grad);
    }
}

super::scale_and_offset!([const N: usize, const ROWS: usize] LayerNorm<T, N, ROWS>, N);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Blank, Params, Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        // two rows: mean 0, variance 1, and mean 10, variance 4
        let mut norm = LayerNorm::<f64, 2, 2>::ZERO;
        Params::<f64>::init(&mut norm, Rng::new(0));
        norm.bias = vector![0.0, 100.0];
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        norm.forward(&vector![-1.0, 1.0, 12.0, 8.0], &mut y, None, &mut (), Pass::infer());
        assert!((y - vector![-1.0, 101.0, 1.0, 99.0]).amax() < 1e-5, "{y}");
    }

    #[test]
    fn equal_numbers_give_the_bias() {
        let norm = LayerNorm::<f32, 3> { weight: vector![1.0, 2.0, 3.0], bias: vector![4.0, 5.0, 6.0] };
        let mut y = vector![9.0, 9.0, 9.0];
        norm.forward(&vector![7.0, 7.0, 7.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, norm.bias);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![-4.0, 1.0; -0.3, 0.7; 0.6, -0.2; -1.0, -0.9; 0.1, 0.2; 2.0, 1.0];
        let mut one = LayerNorm::<f64, 6> {
            weight: vector![0.5, -1.0, 2.0, 1.0, 0.3, 0.7],
            bias: vector![0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        };
        assert_eq!(gradcheck::layer(&mut one, &mut x, Pass::infer()).unwrap().checked, 24);
        let mut steps =
            LayerNorm::<f64, 3, 2> { weight: vector![0.5, -1.0, 2.0], bias: vector![0.1, 0.2, 0.3] };
        assert_eq!(gradcheck::layer(&mut steps, &mut x, Pass::infer()).unwrap().checked, 18);
        let pass = Pass::train(Rng::new(0)).chunk(0, 1);
        gradcheck::layer(&mut steps, &mut x, pass).unwrap();
    }
}
