//! Mean squared error. PyTorch: `nn.MSELoss`.

use super::Elementwise;
use crate::Real;

/// Mean squared error over all numbers of all samples, as PyTorch's `MSELoss`.
///
/// - value:    `mean (y − t)²`
/// - gradient: `dy = 2 (y − t) / count`
///
/// Of padded sequences write [`Steps<STEPS, Mse>`](super::Steps); plain `Mse` gives NaN for them.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::Mse};
///
/// let (y, target, mut dy) = (vector![1.0, 5.0], vector![1.0, 3.0], vector![0.0, 0.0]);
/// let value = Mse.value_and_grad(&y, &target, Some(&mut dy), 2.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (2.0_f32, vector![0.0, 2.0]));
/// ```
#[doc(alias = "MSELoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Mse;

impl<T: Real> Elementwise<T> for Mse {
    #[inline(always)]
    fn term(&self, y: T, t: T) -> (T, T) {
        let d = y - t;
        (d * d, d + d)
    }
}

super::elementwise_loss!(Mse);

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, column};
    use crate::{Loss, Pass};

    #[test]
    fn by_hand() {
        let (y, target) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![0.0, 2.0; 1.0, 7.0]);
        let mut dy = matrix![9.0, 9.0; 9.0, 9.0];
        let value = Mse.value_and_grad(&y, &target, Some(&mut dy), 4.0, Pass::infer());
        assert_eq!(value, 3.5);
        assert_eq!(dy, matrix![0.5, 0.0; 1.0, -1.5]);
    }

    #[test]
    fn samples_that_only_fill_the_chunk_do_not_count() {
        let (y, target) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![0.0, 2.0; 1.0, 7.0]);
        let mut dy = matrix![9.0, 9.0; 9.0, 9.0];
        let pass = Pass::infer().chunk(0, 1);
        assert_eq!(Loss::<f64, crate::Vals<2>>::count(&Mse, &target, pass), 2.0);
        assert_eq!(Mse.value_and_grad(&y, &target, Some(&mut dy), 2.0, pass), 2.5);
        assert_eq!(dy, matrix![1.0, 0.0; 2.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, target) = (matrix![0.3, -2.0, 1.7; -0.7, 0.4, 0.1], matrix![0.1, 2.0, 1.0; -0.9, 0.5, 0.6]);
        check_gradient(&Mse, &y, &target, Pass::infer());
        check_gradient(&Mse, &y, &target, Pass::infer().chunk(0, 2));
        check_shares(&Mse, &y, &target, None, |b| column(&target, b));
    }
}
