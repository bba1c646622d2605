//! Multi-class hinge loss, with class indices as targets. PyTorch: `nn.MultiMarginLoss` with `p = 1`.

use nalgebra::SMatrix;

use super::classes::{Class, Classes};
use super::{Loss, share};
use crate::{Pass, Real, Tokens, Vals};

/// Multi-class hinge loss of scores `[C]` against a class, as PyTorch's `MultiMarginLoss` with `p = 1`.
///
/// `y` are the scores of `C` classes, `k` is the target class:
///
/// - value:    mean over samples of `Σⱼ max(0, margin − y_k + yⱼ) / C`, `j ≠ k`
/// - gradient: `dyⱼ = 1 / (C count)` where the term is above 0, `dy_k` is minus their sum
///
/// At the kink the derivative is 0, as in PyTorch.
/// K. Crammer, Y. Singer: *On the algorithmic implementation of multiclass kernel-based vector machines*, 2001.
///
/// A target that is no class makes the loss NaN, and its own gradient zero.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::MultiMargin};
///
/// let (y, mut dy) = (vector![0.5, 1.0, -3.0, 0.0], vector![0.0, 0.0, 0.0, 0.0]);
/// let value = MultiMargin::new().value_and_grad(&y, &[[1]], Some(&mut dy), 1.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (0.125_f32, vector![0.25, -0.25, 0.0, 0.0]));
/// ```
#[doc(alias = "MultiMarginLoss")]
#[derive(Clone, Copy, Debug)]
pub struct MultiMargin {
    /// By how much the target's score should exceed each other.
    pub margin: f64,
}

impl MultiMargin {
    /// PyTorch's default: `margin` is 1.
    ///
    /// ```
    /// assert_eq!(dl_core::loss::MultiMargin::new().margin, 1.0);
    /// ```
    pub const fn new() -> Self {
        MultiMargin { margin: 1.0 }
    }
}

impl Default for MultiMargin {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real, const N: usize> Loss<T, Vals<N>> for MultiMargin {
    type Target = Tokens<1>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, targets: &[[u16; 1]; B], pass: Pass<'a, B>) -> f64 {
        Classes { targets, classes: N, ignore_index: None, weights: &() }.count(pass)
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        targets: &[[u16; 1]; B],
        mut dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let targets = Classes { targets, classes: N, ignore_index: None, weights: &() };
        let share = share::<T>(total * N as f64);
        let margin = T::of(self.margin);
        if let Some(dy) = dy.as_deref_mut() {
            dy.fill(T::zero());
        }
        let mut sum = T::zero();
        for b in 0..B {
            let k = match targets.at::<T>(b, 0, &pass) {
                Class::Is(k, _) => k,
                Class::Ignored => continue,
                Class::Unknown => {
                    sum = T::of(f64::NAN);
                    continue;
                }
            };
            let y = &y.data.0[b];
            for (j, &other) in y.iter().enumerate() {
                let slack = margin - y[k] + other;
                // Written so that a NaN goes on to the value.
                if j == k || slack <= T::zero() {
                    continue;
                }
                sum += slack;
                if let Some(dy) = dy.as_deref_mut() {
                    dy[(j, b)] = share;
                    dy[(k, b)] -= share;
                }
            }
        }
        sum * share
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, close};

    fn scores() -> SMatrix<f64, 3, 4> {
        matrix![0.3, 2.0, 1.0, 0.9; -0.7, -1.5, 0.4, 3.1; 1.1, 0.2, -0.6, -2.2]
    }
    const TARGETS: [[u16; 1]; 4] = [[2], [0], [1], [1]];

    #[test]
    fn values_and_gradients_are_pytorchs() {
        for (margin, expected, slope) in [(1.0, 0.15, -0.08333333333333333), (0.5, 0.0916666666667, 0.0)] {
            let mut dy = SMatrix::repeat(f64::NAN);
            let loss = MultiMargin { margin };
            close(loss.value_and_grad(&scores(), &TARGETS, Some(&mut dy), 4.0, Pass::infer()), expected);
            close(dy[(2, 0)], slope);
            close(dy[(1, 2)], -0.08333333333333333);
        }
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let loss = MultiMargin { margin: 0.7 };
        check_gradient(&loss, &scores(), &TARGETS, Pass::infer().chunk(0, 3));
        check_shares(&loss, &scores(), &TARGETS, None, |b| [TARGETS[b]]);
    }

    #[test]
    fn a_target_that_is_no_class_makes_the_loss_nan_and_moves_nothing() {
        let mut dy = vector![7.0_f64, 7.0];
        let value = MultiMargin::new().value_and_grad(
            &vector![0.0, 0.0],
            &[[2]],
            Some(&mut dy),
            1.0,
            Pass::<1>::infer(),
        );
        assert!(value.is_nan());
        assert_eq!(dy, vector![0.0, 0.0]);
    }
}
