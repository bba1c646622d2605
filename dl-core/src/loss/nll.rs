//! Negative log-likelihood, with class indices as targets. PyTorch: `nn.NLLLoss`.

use nalgebra::SMatrix;

use super::classes::{Class, Classes, classes};
use super::{ClassWeights, Loss, share};
use crate::{Pass, Real, Tokens, Vals};

/// Negative log-likelihood of class indices, as PyTorch's `NLLLoss`. The network ends in `LogSoftmax`.
///
/// `y` are log-probabilities, `k` the target class, `w` the class weights, `W = Σ w_k` over all targets that count:
///
/// - value:    `−Σ w_k y_k / W`
/// - gradient: `dyⱼ = −w_k [j = k] / W`
///
/// Shapes, lengths, ignored and unknown targets and weights are as in [`CrossEntropy`](super::CrossEntropy).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::Nll};
///
/// let mut dy = vector![0.0, 0.0];
/// let value = Nll::new().value_and_grad(&vector![-0.5, -2.0], &[[1]], Some(&mut dy), 1.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (2.0_f32, vector![0.0, -1.0]));
/// ```
#[doc(alias = "NLLLoss")]
#[derive(Clone, Copy, Debug)]
pub struct Nll<const STEPS: usize = 1, W = ()> {
    /// A target with this index does not count.
    pub ignore_index: Option<u16>,
    /// `()`, or one weight a class.
    pub weights: W,
}

impl Nll {
    /// For one class a sample: nothing ignored, no weights.
    ///
    /// ```
    /// assert_eq!(dl_core::loss::Nll::new().ignore_index, None);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Nll<STEPS> {
    /// For `STEPS` classes a sample: nothing ignored, no weights.
    ///
    /// ```
    /// use dl_core::loss::Nll;
    ///
    /// let of_20_steps = Nll::<20> { ignore_index: Some(0), ..Nll::DEFAULT };
    /// assert_eq!(of_20_steps.ignore_index, Some(0));
    /// ```
    pub const DEFAULT: Self = Nll { ignore_index: None, weights: () };
}

impl<const STEPS: usize, W: Copy> Nll<STEPS, W> {
    /// The same with these class weights.
    ///
    /// ```
    /// use dl_core::{Loss, Pass, Vals, loss::Nll};
    ///
    /// let loss = Nll::new().weighted([1.0, 5.0]);
    /// assert_eq!(Loss::<f32, Vals<2>>::count(&loss, &[[0], [1]], Pass::<2>::infer()), 6.0);
    /// ```
    pub const fn weighted<const C: usize>(self, weights: [f32; C]) -> Nll<STEPS, [f32; C]> {
        Nll { ignore_index: self.ignore_index, weights }
    }
}

impl<const STEPS: usize> Default for Nll<STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real, W: ClassWeights, const STEPS: usize, const N: usize> Loss<T, Vals<N>> for Nll<STEPS, W> {
    type Target = Tokens<STEPS>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, targets: &[[u16; STEPS]; B], pass: Pass<'a, B>) -> f64 {
        let classes = const { classes::<W>(N, STEPS) };
        Classes { targets, classes, ignore_index: self.ignore_index, weights: &self.weights }.count(pass)
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        targets: &[[u16; STEPS]; B],
        mut dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let classes = const { classes::<W>(N, STEPS) };
        let targets = Classes { targets, classes, ignore_index: self.ignore_index, weights: &self.weights };
        let share = share::<T>(total);
        if let Some(dy) = dy.as_deref_mut() {
            dy.fill(T::zero());
        }
        let mut sum = T::zero();
        for b in 0..B {
            for step in 0..STEPS {
                match targets.at::<T>(b, step, &pass) {
                    Class::Is(k, weight) => {
                        let at = (step * classes + k, b);
                        sum -= weight * y[at];
                        if let Some(dy) = dy.as_deref_mut() {
                            dy[at] = -weight * share;
                        }
                    }
                    Class::Ignored => {}
                    Class::Unknown => sum = T::of(f64::NAN),
                }
            }
        }
        sum * share
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, close, padded};

    fn scores() -> SMatrix<f64, 3, 4> {
        matrix![0.3, 2.0, 1.0, 0.9; -0.7, -1.5, 0.4, 3.1; 1.1, 0.2, -0.6, -2.2]
    }
    const TARGETS: [[u16; 1]; 4] = [[2], [0], [1], [1]];
    const WEIGHTS: [f32; 3] = [0.5, 2.0, 1.25];

    #[test]
    fn values_and_gradients_are_pytorchs() {
        for (targets, expected, slope) in [
            (TARGETS, -1.63043478261, -0.21739130434782608),
            ([[2], [0], [9], [1]], -2.28666666667, -1.0 / 3.0),
        ] {
            let loss = Nll { ignore_index: Some(9), weights: WEIGHTS };
            let total = Loss::<f64, Vals<3>>::count(&loss, &targets, Pass::infer());
            let mut dy = SMatrix::repeat(f64::NAN);
            close(loss.value_and_grad(&scores(), &targets, Some(&mut dy), total, Pass::infer()), expected);
            close(dy[(2, 0)], slope);
            assert_eq!((dy[(0, 0)], dy[(1, 0)]), (0.0, 0.0));
        }
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let loss = Nll { ignore_index: Some(0), weights: WEIGHTS };
        check_gradient(&loss, &scores(), &TARGETS, Pass::infer().chunk(0, 3));
        check_shares(&loss, &scores(), &TARGETS, None, |b| [TARGETS[b]]);
        let y = SMatrix::<f64, 4, 2>::from_fn(|i, b| -0.3 * i as f64 - b as f64);
        let (targets, valid) = ([[0, 1], [1, 77]], [2, 1]);
        check_gradient(&Nll::<2>::DEFAULT, &y, &targets, padded(&valid));
        check_shares(&Nll::<2>::DEFAULT, &y, &targets, Some(&valid), |b| [targets[b]]);
    }

    #[test]
    fn a_target_that_is_no_class_makes_the_loss_nan_and_moves_nothing() {
        let mut dy = SMatrix::repeat(f64::NAN);
        let targets = [[2], [3], [1], [1]];
        assert!(Nll::new().value_and_grad(&scores(), &targets, Some(&mut dy), 4.0, Pass::infer()).is_nan());
        assert_eq!(dy.column(1).amax(), 0.0);
    }
}
