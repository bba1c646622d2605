//! Losses that are a mean over numbers, each with a target of its own.

use nalgebra::SMatrix;

use super::{Loss, share};
use crate::{Pass, Real, Vals};

/// A loss that compares number by number: [`Mse`](super::Mse), [`Mae`](super::Mae), [`Huber`](super::Huber),
/// [`BinaryCrossEntropy`](super::BinaryCrossEntropy), [`Hinge`](super::Hinge), or one of your own.
///
/// One of your own becomes a [`Loss`] in [`Steps`]; `Steps<1, _>` is the plain mean.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, Real, Vals, loss::{Elementwise, Steps}};
///
/// /// `(y − t)⁴`
/// struct Quartic;
/// impl<T: Real> Elementwise<T> for Quartic {
///     fn term(&self, y: T, t: T) -> (T, T) {
///         let d = y - t;
///         (d * d * d * d, T::of(4.0) * d * d * d)
///     }
/// }
///
/// let loss = Steps::<1, _>(Quartic);
/// let value = Loss::<f32, Vals<2>>::value_and_grad(
///     &loss, &vector![2.0, 0.0], &vector![0.0, 0.0], None, 2.0, Pass::<1>::infer());
/// assert_eq!(value, 8.0);
/// ```
pub trait Elementwise<T: Real> {
    /// What output `y` costs when the target is `t`, and the derivative of that with respect to `y`.
    fn term(&self, y: T, t: T) -> (T, T);
}

/// An element-wise loss of a sequence `[steps, features]`: numbers of steps past a sample's length do not count.
///
/// `STEPS` is the number of steps of the output. The mean is over the numbers of all valid steps of the whole
/// training step: what PyTorch gives for the valid numbers picked out by a mask.
///
/// ```
/// use dl_core::nalgebra::{matrix, SMatrix};
/// use dl_core::{Lens, Loss, Pass, Vals, loss::{Mse, Steps}};
///
/// let loss = Steps::<2, _>(Mse); // two steps of one number each
/// let (y, target) = (matrix![1.0, 1.0; 3.0, 9.0], SMatrix::<f32, 2, 2>::zeros());
/// let valid = [2, 1]; // the 9 is padding
/// let pass = Pass::<2>::infer().with_lens(Lens::of(&valid));
/// let total = Loss::<f32, Vals<2>>::count(&loss, &target, pass);
/// assert_eq!(total, 3.0);
/// assert_eq!(loss.value_and_grad(&y, &target, None, total, pass), 11.0 / 3.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps<const STEPS: usize, L>(pub L);

impl<T: Real, L: Elementwise<T> + 'static + Sync, const STEPS: usize, const N: usize> Loss<T, Vals<N>>
    for Steps<STEPS, L>
{
    type Target = Vals<N>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, _: &SMatrix<T, N, B>, pass: Pass<'a, B>) -> f64 {
        (0..pass.live()).map(|b| valid::<STEPS, N, B>(pass, b)).sum::<usize>() as f64
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        mean(
            &self.0,
            y,
            target,
            dy,
            total,
            |b| if b < pass.live() { valid::<STEPS, N, B>(pass, b) } else { 0 },
        )
    }
}

/// How many of the `N` numbers of sample `b` count.
fn valid<const STEPS: usize, const N: usize, const B: usize>(pass: Pass<'_, B>, b: usize) -> usize {
    const { assert!(STEPS > 0 && N.is_multiple_of(STEPS), "the output does not have this number of steps") }
    pass.lens().steps(b, STEPS) * (N / STEPS)
}

/// The share of the mean, over the first `valid(b)` numbers of each sample.
#[inline(always)]
pub(super) fn mean<T: Real, const N: usize, const B: usize>(
    loss: &impl Elementwise<T>,
    y: &SMatrix<T, N, B>,
    target: &SMatrix<T, N, B>,
    mut dy: Option<&mut SMatrix<T, N, B>>,
    total: f64,
    valid: impl Fn(usize) -> usize,
) -> T {
    let share = share::<T>(total);
    let mut sum = T::zero();
    for b in 0..B {
        let valid = valid(b);
        let (y, t) = (&y.data.0[b][..valid], &target.data.0[b][..valid]);
        match dy.as_deref_mut() {
            Some(dy) => {
                let (dy, rest) = dy.data.0[b].split_at_mut(valid);
                for ((dy, &y), &t) in dy.iter_mut().zip(y).zip(t) {
                    let (term, slope) = loss.term(y, t);
                    sum += term;
                    *dy = slope * share;
                }
                rest.fill(T::zero());
            }
            None => {
                for (&y, &t) in y.iter().zip(t) {
                    sum += loss.term(y, t).0;
                }
            }
        }
    }
    sum * share
}

/// Makes an [`Elementwise`] type a loss: the mean over all numbers of live samples.
///
/// It cannot know which numbers are padding. A value that is partly padding is therefore an error, told by a NaN.
macro_rules! elementwise_loss {
    ($loss:ty) => {
        impl<T: $crate::Real, const N: usize> $crate::Loss<T, $crate::Vals<N>> for $loss {
            type Target = $crate::Vals<N>;
            type Count = f64;

            fn count<'a, const B: usize>(
                &self,
                _: &nalgebra::SMatrix<T, N, B>,
                pass: $crate::Pass<'a, B>,
            ) -> f64 {
                (pass.live() * N) as f64
            }

            #[inline(always)]
            fn value_and_grad<'a, const B: usize>(
                &self,
                y: &nalgebra::SMatrix<T, N, B>,
                target: &nalgebra::SMatrix<T, N, B>,
                dy: Option<&mut nalgebra::SMatrix<T, N, B>>,
                total: f64,
                pass: $crate::Pass<'a, B>,
            ) -> T {
                let known = pass.lens().is_full();
                let valid = |b| if known && b < pass.live() { N } else { 0 };
                let value = $crate::loss::elementwise::mean(self, y, target, dy, total, valid);
                if known { value } else { T::of(f64::NAN) }
            }
        }
    };
}
pub(super) use elementwise_loss;

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::Lens;
    use crate::loss::testing::{check_gradient, check_shares, column, padded};
    use crate::loss::{Huber, Mse};

    const Y: [[f64; 6]; 3] =
        [[0.3, -0.7, 1.1, 2.0, -1.5, 0.2], [1.0, 0.4, -0.6, 0.9, 3.1, -2.2], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]];

    fn chunk() -> (SMatrix<f64, 6, 3>, SMatrix<f64, 6, 3>) {
        let y = SMatrix::from_fn(|i, b| Y[b][i]);
        (y, y.map(|y| 0.5 - 0.3 * y * y))
    }

    #[test]
    fn steps_past_the_length_neither_count_nor_get_a_gradient() {
        let (y, target) = (matrix![1.0, 1.0; 2.0, 5.0], SMatrix::<f64, 2, 2>::zeros());
        let valid = [2, 1];
        let pass = padded(&valid);
        let mut dy = y;
        let value = Steps::<2, _>(Mse).value_and_grad(&y, &target, Some(&mut dy), 3.0, pass);
        assert_eq!(value, 2.0);
        assert_eq!(dy, matrix![2.0 / 3.0, 2.0 / 3.0; 4.0 / 3.0, 0.0]);
    }

    #[test]
    fn gradients_with_lengths_match_finite_differences() {
        let (y, target) = chunk();
        let valid = [3, 1, 2];
        let pass = Pass::<3>::train(crate::Rng::new(0)).with_lens(Lens::of(&valid));
        check_gradient(&Steps::<3, _>(Huber { delta: 0.9 }), &y, &target, pass);
        check_gradient(&Steps::<3, _>(Mse), &y, &target, pass.chunk(0, 2));
    }

    #[test]
    fn shares_of_chunks_add_up_with_lengths() {
        let (y, target) = chunk();
        check_shares(&Steps::<3, _>(Mse), &y, &target, Some(&[3, 1, 2]), |b| column(&target, b));
    }

    #[test]
    fn a_plain_loss_of_partly_padded_values_is_not_a_number() {
        let (y, target) = (vector![1.0_f64, 2.0], vector![0.0, 0.0]);
        let mut dy = vector![7.0, 7.0];
        let pass = padded(&[1]);
        assert!(Mse.value_and_grad(&y, &target, Some(&mut dy), 2.0, pass).is_nan());
        assert_eq!(dy, vector![0.0, 0.0]);
    }

    #[test]
    fn where_nothing_counts_the_loss_is_zero() {
        let (y, target) = (vector![1.0, 2.0], vector![0.0, 0.0]);
        let mut dy = vector![7.0, 7.0];
        let pass = padded(&[0]);
        assert_eq!(Steps::<2, _>(Mse).value_and_grad(&y, &target, Some(&mut dy), 0.0, pass), 0.0);
        assert_eq!(dy, vector![0.0, 0.0]);
    }
}
