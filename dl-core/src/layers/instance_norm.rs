//! Mean 0 and variance 1 over each channel of each sample. PyTorch: `nn.InstanceNorm2d`.

use nalgebra::SMatrix;

use crate::kernels::rows::Rows;
use crate::{Layer, Pass, Real, Vals};

/// Mean 0 and variance 1 over each channel of each sample. PyTorch: `nn.InstanceNorm2d`.
///
/// Written `InstanceNorm` in a network, for images; the sizes are inferred. As in PyTorch by default, nothing is learned and
/// no statistics are kept; [`GroupNorm`](super::GroupNorm) with a group for each channel learns a scale and an offset.
///
/// | symbol | shape     | meaning                                                  |
/// |--------|-----------|----------------------------------------------------------|
/// | `x`    | `C · RUN` | input: `C` channels of `RUN` numbers (height × width)    |
/// | `μ`    | `C`       | mean of each channel                                     |
/// | `r`    | `C`       | `1 / √(σ² + ε)`, of the biased variance, with `ε = 1e-5` |
/// | `y`    | `C · RUN` | output                                                   |
///
/// - forward:  `y = (x − μ) r`
/// - backward: `dx = r (dy − mean(dy) − y mean(dy y))`
///
/// The tape holds `μ` and `r` of every channel; `x` is lent by the network. Training and inference are alike. Ulyanov,
/// Vedaldi, Lempitsky: *Instance normalization* (2016).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::InstanceNorm};
///
/// let mut y = vector![0.0, 0.0, 0.0, 0.0];
/// InstanceNorm::<2, 2>.forward(&vector![1.0, 5.0, 7.0, 7.0], &mut y, None, &mut (), Pass::infer());
/// let h = 2.0 / (4.0_f64 + 1e-5).sqrt();
/// assert!((y - vector![-h, h, 0.0, 0.0]).amax() < 1e-15);
/// ```
#[doc(alias = "InstanceNorm2d")]
#[derive(Debug)]
pub struct InstanceNorm<const C: usize, const RUN: usize>;

impl<const C: usize, const RUN: usize> InstanceNorm<C, RUN> {
    const HOW: Rows = Rows { len: RUN, run: RUN, eps: 1e-5, centred: true };
}

impl<T: Real, const C: usize, const RUN: usize, const X: usize> Layer<T, Vals<X>, Vals<X>>
    for InstanceNorm<C, RUN>
{
    /// `μ` and `r` of every channel.
    type Tape<const B: usize> = (SMatrix<T, C, B>, SMatrix<T, C, B>);
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        tape: Option<&mut Self::Tape<B>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(X > 0 && X == C * RUN) }
        let stats = tape.map(|(mean, r)| [mean.as_mut_slice(), r.as_mut_slice()]);
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            Self::HOW.forward(pass, x, y, [&[], &[]], stats);
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        (mean, r): &Self::Tape<B>,
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let values = [pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()), &[]];
        let dx = dx.map(|dx| pass.live_part_mut(dx.as_mut_slice()));
        Self::HOW.backward(pass, values, [mean.as_slice(), r.as_slice()], dx, None);
    }
}

super::no_params!([const C: usize, const RUN: usize] InstanceNorm<C, RUN> = InstanceNorm);

#[cfg(test)]
mod tests {
    use nalgebra::vector;

    use super::*;
    use crate::{Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        InstanceNorm::<2, 2>.forward(&vector![-1.0, 1.0, 12.0, 8.0], &mut y, None, &mut (), Pass::infer());
        assert!((y - vector![-1.0, 1.0, 1.0, -1.0]).amax() < 1e-5, "{y}");
    }

    #[test]
    fn a_channel_of_one_number_is_zero() {
        let mut y = vector![9.0, 9.0];
        InstanceNorm::<2, 1>.forward(&vector![-1.0_f32, 1.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = SMatrix::<f64, 12, 2>::from_fn(|i, b| ((5 * i + 7 * b) % 11) as f64 / 4.0 - 1.0);
        assert_eq!(gradcheck::layer(&mut InstanceNorm::<3, 4>, &mut x, Pass::infer()).unwrap().checked, 24);
        let pass = Pass::train(Rng::new(0)).chunk(0, 1);
        gradcheck::layer(&mut InstanceNorm::<2, 6>, &mut x, pass).unwrap();
    }
}
