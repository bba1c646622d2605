//! A closure as a loss.

use nalgebra::SMatrix;

use super::{Loss, share};
use crate::{Pass, Real, Vals};

/// A closure of one sample's output, its target, and where the gradient goes (all zero at first): it returns the
/// sample's loss. The mean is over samples.
///
/// It sees whole samples: which steps of a padded sequence are valid it has to know itself. Its arguments need their
/// types. One sample's gradient is on the stack where no other place was given.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass};
///
/// let loss = |y: &[f32], t: &[f32], dy: &mut [f32]| {
///     dy[0] = 3.0 * (y[0] - t[0]) * (y[0] - t[0]);
///     (y[0] - t[0]) * (y[0] - t[0]) * (y[0] - t[0])
/// };
/// let mut dy = vector![0.0];
/// let value = loss.value_and_grad(&vector![3.0], &vector![1.0], Some(&mut dy), 1.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (8.0, vector![12.0]));
/// ```
impl<T: Real, F: Fn(&[T], &[T], &mut [T]) -> T + 'static + Sync, const N: usize> Loss<T, Vals<N>> for F {
    type Target = Vals<N>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, _: &SMatrix<T, N, B>, pass: Pass<'a, B>) -> f64 {
        pass.live() as f64
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        mut dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let share = share::<T>(total);
        if let Some(dy) = dy.as_deref_mut() {
            dy.fill(T::zero());
        }
        let mut sum = T::zero();
        for b in 0..pass.live() {
            let (y, t) = (&y.data.0[b], &target.data.0[b]);
            match dy.as_deref_mut() {
                Some(dy) => {
                    let dy = &mut dy.data.0[b];
                    sum += self(y, t, dy);
                    for d in dy {
                        *d *= share;
                    }
                }
                None => sum += self(y, t, &mut [T::ZERO; N]),
            }
        }
        sum * share
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, column};

    fn cubic(y: &[f64], t: &[f64], dy: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        for ((dy, y), t) in dy.iter_mut().zip(y).zip(t) {
            *dy = 3.0 * (y - t) * (y - t);
            sum += (y - t) * (y - t) * (y - t);
        }
        sum
    }

    #[test]
    fn a_closure_is_averaged_over_samples() {
        let (y, target) = (matrix![0.3, -2.0, 1.7; -0.7, 0.4, 0.1], matrix![0.1, 2.0, 1.0; -0.9, 0.5, 0.6]);
        check_gradient(&cubic, &y, &target, Pass::infer().chunk(0, 2));
        check_shares(&cubic, &y, &target, None, |b| column(&target, b));
        let one = |_: &[f64], _: &[f64], _: &mut [f64]| 1.0;
        let mut dy = y;
        assert_eq!(one.value_and_grad(&y, &target, Some(&mut dy), 3.0, Pass::infer()), 1.0);
        assert_eq!(dy.amax(), 0.0);
    }
}
