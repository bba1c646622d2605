//! Kullback-Leibler divergence. PyTorch: `nn.KLDivLoss(reduction='batchmean')`.

use nalgebra::SMatrix;

use super::{Loss, share};
use crate::{Pass, Real, Vals, math};

/// Kullback-Leibler divergence of the target probabilities from the predicted log-probabilities, summed over a
/// sample's numbers, as PyTorch's `KLDivLoss` with the reduction `'batchmean'`.
///
/// `y` are log-probabilities, `t` are probabilities:
///
/// - value:    `Σ t (ln t − y) / samples`
/// - gradient: `dy = −t / samples`
///
/// Where `t = 0` the term is 0, whatever `y` is.
///
/// The network ends in `LogSoftmax`. Partly padded sequences give NaN.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::KlDiv};
///
/// let (y, target, mut dy) = (vector![-1.0, -2.0], vector![1.0, 0.0], vector![0.0, 0.0]);
/// let value = KlDiv.value_and_grad(&y, &target, Some(&mut dy), 1.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (1.0_f32, vector![-1.0, 0.0]));
/// ```
#[doc(alias = "KLDivLoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct KlDiv;

impl<T: Real, const N: usize> Loss<T, Vals<N>> for KlDiv {
    type Target = Vals<N>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, _: &SMatrix<T, N, B>, pass: Pass<'a, B>) -> f64 {
        pass.live() as f64
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let share = share::<T>(total);
        let known = pass.lens().is_full();
        let valid = if known { pass.live() * N } else { 0 };
        let (y, t) = (&y.as_slice()[..valid], &target.as_slice()[..valid]);
        if let Some(dy) = dy {
            let (dy, rest) = dy.as_mut_slice().split_at_mut(valid);
            for (dy, &t) in dy.iter_mut().zip(t) {
                *dy = -t * share;
            }
            rest.fill(T::zero());
        }
        let mut sum = T::zero();
        for (&y, &t) in y.iter().zip(t) {
            if t != T::zero() {
                sum += t * (math::ln(t) - y);
            }
        }
        if known { sum * share } else { T::of(f64::NAN) }
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, close, column, padded};

    #[test]
    fn by_hand_divided_by_the_samples() {
        let (y, target) = (matrix![-1.0, -2.0; -0.5, -3.0], matrix![0.5, 1.0; 0.5, 0.0]);
        let mut dy = matrix![9.0, 9.0; 9.0, 9.0];
        let value = KlDiv.value_and_grad(&y, &target, Some(&mut dy), 2.0, Pass::infer());
        close(value, (0.75 - core::f64::consts::LN_2 + 2.0) / 2.0);
        assert_eq!(dy, matrix![-0.25, -0.5; -0.25, 0.0]);
    }

    #[test]
    fn an_impossible_outcome_that_was_predicted_impossible_costs_nothing() {
        let (y, target) = (nalgebra::vector![0.0, f64::NEG_INFINITY], nalgebra::vector![1.0, 0.0]);
        assert_eq!(KlDiv.value_and_grad(&y, &target, None, 1.0, Pass::<1>::infer()), 0.0);
    }

    #[test]
    fn partly_padded_values_are_refused() {
        let (y, target) = (nalgebra::vector![0.0_f64, -1.0], nalgebra::vector![1.0, 0.0]);
        let pass = padded(&[1]);
        assert!(KlDiv.value_and_grad(&y, &target, None, 1.0, pass).is_nan());
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, target) =
            (matrix![-0.3, -2.0, -1.7; -0.7, -0.4, -0.1], matrix![0.1, 0.9, 0.3; 0.9, 0.1, 0.7]);
        check_gradient(&KlDiv, &y, &target, Pass::infer().chunk(0, 2));
        check_shares(&KlDiv, &y, &target, None, |b| column(&target, b));
    }
}
