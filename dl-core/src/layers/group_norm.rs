//! Mean 0 and variance 1 over groups of channels, then a learned scale and offset. PyTorch: `nn.GroupNorm`.

use nalgebra::{SMatrix, SVector};

use crate::kernels::rows::Rows;
use crate::{Layer, Pass, Real, Vals};

/// Mean 0 and variance 1 over groups of channels, then a learned scale and offset. PyTorch: `nn.GroupNorm`.
///
/// Written `GroupNorm<GROUPS>` in a network, for images and features; the other sizes are inferred. The number of channels
/// is a multiple of `GROUPS`. `GroupNorm<1>` normalizes a whole sample; with a group for each channel it is
/// [`InstanceNorm`](super::InstanceNorm) with a learned scale and offset.
///
/// | symbol | shape           | meaning                                                  |
/// |--------|-----------------|----------------------------------------------------------|
/// | `x`    | `C · RUN`       | input: `C` channels of `RUN` numbers (height × width)    |
/// | `μ`    | `GROUPS`        | mean of each group of `C / GROUPS` neighbouring channels |
/// | `r`    | `GROUPS`        | `1 / √(σ² + ε)`, of the biased variance, with `ε = 1e-5` |
/// | `h`    | `C · RUN`       | `(x − μ) r`                                              |
/// | `w`    | `C`             | weight (learned), starts at 1                            |
/// | `b`    | `C`             | bias (learned), starts at 0                              |
/// | `y`    | `C · RUN`       | output                                                   |
///
/// - forward:  `y = w h + b`
/// - backward: `dx = r (w dy − mean(w dy) − h mean(w dy h))` with means over the group; `dw += Σ dy h`, `db += Σ dy`, over
///   the channel
///
/// The tape holds `μ` and `r` of every group; `x` is lent by the network. Training and inference are alike. Weight and
/// bias are not decayed. Wu, He: *Group normalization* (2018).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::GroupNorm};
///
/// // two channels of one number, one group: mean 3, variance 4
/// let norm = GroupNorm::<f64, 2, 1, 1> { weight: vector![1.0, 10.0], bias: vector![0.0, 0.5] };
/// let mut y = vector![0.0, 0.0];
/// norm.forward(&vector![1.0, 5.0], &mut y, None, &mut (), Pass::infer());
/// let h = 2.0 / (4.0_f64 + 1e-5).sqrt();
/// assert!((y - vector![-h, 10.0 * h + 0.5]).amax() < 1e-15);
/// ```
#[doc(alias = "GroupNormalization")]
#[derive(Debug)]
#[repr(C)]
pub struct GroupNorm<T, const C: usize, const RUN: usize, const GROUPS: usize> {
    /// `w`
    pub weight: SVector<T, C>,
    /// `b`
    pub bias: SVector<T, C>,
}

impl<T: Real, const C: usize, const RUN: usize, const GROUPS: usize> GroupNorm<T, C, RUN, GROUPS> {
    const HOW: Rows = Rows { len: C / GROUPS * RUN, run: RUN, eps: 1e-5, centred: true };
}

impl<T: Real, const C: usize, const RUN: usize, const GROUPS: usize, const X: usize>
    Layer<T, Vals<X>, Vals<X>> for GroupNorm<T, C, RUN, GROUPS>
{
    /// `μ` and `r` of every group.
    type Tape<const B: usize> = (SMatrix<T, GROUPS, B>, SMatrix<T, GROUPS, B>);
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
        const { assert!(X > 0 && X == C * RUN && C.is_multiple_of(GROUPS)) }
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

super::scale_and_offset!([const C: usize, const RUN: usize, const GROUPS: usize] GroupNorm<T, C, RUN, GROUPS>, C);

#[cfg(test)]
mod tests {
    use nalgebra::{SVector, vector};

    use super::*;
    use crate::{Blank, Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        // two groups of one channel of two numbers: means 0 and 10, variances 1 and 4
        let norm = GroupNorm::<f64, 2, 2, 2> { weight: vector![1.0, 2.0], bias: vector![0.0, 100.0] };
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        norm.forward(&vector![-1.0, 1.0, 12.0, 8.0], &mut y, None, &mut (), Pass::infer());
        assert!((y - vector![-1.0, 1.0, 102.0, 98.0]).amax() < 1e-4, "{y}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = SMatrix::<f64, 12, 2>::from_fn(|i, b| ((5 * i + 7 * b) % 11) as f64 / 4.0 - 1.0);
        let (weight, bias) = (SVector::from([0.5, -1.0, 2.0, 0.7]), vector![0.1, 0.2, 0.3, 0.4]);
        let mut whole = GroupNorm::<f64, 4, 3, 1> { weight, bias };
        assert_eq!(gradcheck::layer(&mut whole, &mut x, Pass::infer()).unwrap().checked, 32);
        let mut pairs = GroupNorm::<f64, 4, 3, 2> { weight, bias };
        gradcheck::layer(&mut pairs, &mut x, Pass::infer()).unwrap();
        let mut each = GroupNorm::<f64, 4, 3, 4> { weight, bias };
        gradcheck::layer(&mut each, &mut x, Pass::train(Rng::new(0)).chunk(0, 1)).unwrap();
        let mut features = GroupNorm::<f64, 12, 1, 3>::ZERO;
        features.weight = SVector::from_fn(|i, _| 1.0 + i as f64 / 10.0);
        gradcheck::layer(&mut features, &mut x, Pass::infer()).unwrap();
    }
}
