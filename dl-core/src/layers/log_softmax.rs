//! Logarithms of probabilities from scores, over the last dimension. PyTorch: `nn.LogSoftmax(dim=-1)`.

use nalgebra::SMatrix;

use crate::kernels::softmax;
use crate::{Layer, Pass, Real, Vals, math};

/// Logarithms of probabilities from scores, over the last dimension. PyTorch: `nn.LogSoftmax(dim=-1)`.
///
/// Written `LogSoftmax` in a network; `N` is inferred. On `[steps, features]` it acts on every step alike.
///
/// | symbol | shape | meaning                                       |
/// |--------|-------|-----------------------------------------------|
/// | `x`    | `N`   | scores (each step of them, of a sequence)     |
/// | `y`    | `N`   | logarithms of probabilities                   |
///
/// - forward:  `yᵢ = xᵢ − max x − ln Σⱼ e^(xⱼ − max x)`
/// - backward: `dx = dy − eʸ Σ dy`
///
/// It is exact where the probability itself would round to 0. Only `y` is kept. It belongs before the negative
/// log-likelihood loss; cross-entropy takes the scores themselves.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::LogSoftmax};
///
/// let mut y = vector![0.0_f64, 0.0, 0.0];
/// LogSoftmax::<3>.forward(&vector![1.0, 2.0, 3.0], &mut y, None, &mut (), Pass::infer());
/// let expected = vector![-2.4076059644443806, -1.4076059644443804, -0.4076059644443804];
/// assert!((y - expected).amax() < 1e-15);
/// ```
#[derive(Debug)]
pub struct LogSoftmax<const N: usize>;

impl<T: Real, const N: usize, const X: usize> Layer<T, Vals<X>, Vals<X>> for LogSoftmax<N> {
    type Tape<const B: usize> = (); // y is lent by the network
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(N > 0 && X.is_multiple_of(N)) }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            for (x, y) in x.chunks_exact(N).zip(y.chunks_exact_mut(N)) {
                let (max, log) = softmax(pass, x, None, T::one());
                for (&x, y) in x.iter().zip(y) {
                    *y = (x - max) - log;
                }
            }
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        y: &SMatrix<T, X, B>,
        _: &(),
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        let rows = y.as_slice().chunks_exact(N).zip(dy.as_slice().chunks_exact(N));
        for ((y, dy), dx) in rows.zip(dx.as_mut_slice().chunks_exact_mut(N)) {
            let mut sum = T::zero();
            for &dy in dy {
                sum += dy;
            }
            for ((&y, &dy), dx) in y.iter().zip(dy).zip(dx) {
                *dx = dy - math::exp(y) * sum;
            }
        }
    }
}

super::no_params!([const N: usize] LogSoftmax<N> = LogSoftmax);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::gradcheck;

    #[test]
    fn forward_by_hand() {
        // two steps of two scores: e^0 : e^(ln 3) = 1 : 3
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        let x = vector![0.0, math::ln(3.0), 5.0, 5.0];
        LogSoftmax::<2>.forward(&x, &mut y, None, &mut (), Pass::infer());
        let half = math::ln(0.5);
        let expected = vector![math::ln(0.25), math::ln(0.75), half, half];
        approx::assert_relative_eq!(y, expected, max_relative = 1e-15);
    }

    #[test]
    fn improbable_scores_keep_their_logarithm() {
        let mut y = vector![9.0_f32, 9.0];
        LogSoftmax::<2>.forward(&vector![1e4, -1e4], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.0, -2e4]);
        LogSoftmax::<2>.forward(&vector![1.0, f32::NAN], &mut y, None, &mut (), Pass::infer());
        assert!(y.iter().all(|y| y.is_nan()));
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![1.0, -0.4; 2.0, 0.1; 3.0, 0.2; -1.0, 0.3; 0.0, 0.4; 0.5, 2.0];
        gradcheck::layer(&mut LogSoftmax::<6>, &mut x, Pass::infer()).unwrap();
        gradcheck::layer(&mut LogSoftmax::<3>, &mut x, Pass::infer()).unwrap();
    }

    #[test]
    fn the_gradient_is_that_of_pytorch() {
        let (mut y, mut dx) = (vector![0.0, 0.0, 0.0], vector![0.0, 0.0, 0.0]);
        let x = vector![1.0, 2.0, 3.0];
        LogSoftmax::<3>.forward(&x, &mut y, None, &mut (), Pass::infer());
        let dy = vector![1.0, 0.0, -2.0];
        LogSoftmax::<3>.backward(&x, &y, &(), &dy, Some(&mut dx), None, &mut (), Pass::infer());
        let expected = vector![1.0900305731703805, 0.24472847105479764, -1.3347590442251782];
        approx::assert_relative_eq!(dx, expected, max_relative = 1e-14);
    }
}
