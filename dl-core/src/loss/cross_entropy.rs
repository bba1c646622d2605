//! Cross-entropy from logits, with class indices as targets. PyTorch: `nn.CrossEntropyLoss`.

use nalgebra::SMatrix;

use super::classes::{Class, Classes, classes};
use super::{ClassWeights, Loss, share};
use crate::kernels::{Isa, softmax};
use crate::{Pass, Real, Tokens, Vals};

/// Cross-entropy from logits, with class indices as targets, as PyTorch's `CrossEntropyLoss`.
///
/// | symbol | shape           | meaning                                   |
/// |--------|-----------------|-------------------------------------------|
/// | `z`    | `STEPS × C`     | logits (`STEPS` is 1 for a plain class)   |
/// | `k`    | `STEPS`         | target classes                            |
/// | `w`    | `C`             | class weights, 1 where none are given     |
/// | `ε`    |                 | `label_smoothing`                         |
///
/// With `l = ln softmax(z)` of a step, and `W = Σ w_k` over all targets of the step of training that count:
///
/// - value:    `Σ (−(1 − ε) w_k l_k − ε/C Σⱼ wⱼ lⱼ) / W`
/// - gradient: `dzⱼ = (m softmax(z)ⱼ − (1 − ε) w_k [j = k] − ε/C wⱼ) / W`, `m = (1 − ε) w_k + ε/C Σᵢ wᵢ`
///
/// The output is `[C]` logits and the target one class (`Tokens<1>`); with `STEPS` the output is `[STEPS, C]` and
/// the target one class a step. Steps past a sample's length and targets equal to `ignore_index` do not count. With
/// class weights, here `W`, the mean is divided by the summed weights of the targets.
///
/// A target that is no class makes the loss NaN, and its own gradient zero: the trainer then stops and says so.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::CrossEntropy};
///
/// let loss = CrossEntropy::new();
/// let mut dy = vector![0.0, 0.0];
/// let value = loss.value_and_grad(&vector![0.0, 0.0], &[[1]], Some(&mut dy), 1.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (core::f32::consts::LN_2, vector![0.5, -0.5]));
///
/// let of_20_steps = CrossEntropy::<20> { ignore_index: Some(0), ..CrossEntropy::DEFAULT };
/// let smooth_and_weighted = CrossEntropy { label_smoothing: 0.1, ..loss }.weighted([1.0, 5.0]);
/// # let _ = (of_20_steps, smooth_and_weighted);
/// ```
#[doc(alias = "CrossEntropyLoss")]
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy<const STEPS: usize = 1, W = ()> {
    /// How much of each target is spread evenly over all classes: 0 (the default) to 1.
    pub label_smoothing: f64,
    /// A target with this index does not count.
    pub ignore_index: Option<u16>,
    /// `()`, or one weight a class.
    pub weights: W,
}

impl CrossEntropy {
    /// For one class a sample: no smoothing, nothing ignored, no weights.
    ///
    /// ```
    /// assert_eq!(dl_core::loss::CrossEntropy::new().label_smoothing, 0.0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> CrossEntropy<STEPS> {
    /// For `STEPS` classes a sample: no smoothing, nothing ignored, no weights.
    ///
    /// ```
    /// use dl_core::loss::CrossEntropy;
    ///
    /// let of_20_steps = CrossEntropy::<20> { ignore_index: Some(0), ..CrossEntropy::DEFAULT };
    /// assert_eq!(of_20_steps.label_smoothing, 0.0);
    /// ```
    pub const DEFAULT: Self = CrossEntropy { label_smoothing: 0.0, ignore_index: None, weights: () };
}

impl<const STEPS: usize, W: Copy> CrossEntropy<STEPS, W> {
    /// The same with these class weights.
    ///
    /// ```
    /// use dl_core::{Loss, Pass, Vals, loss::CrossEntropy};
    ///
    /// let loss = CrossEntropy::new().weighted([1.0, 5.0]);
    /// let total = Loss::<f32, Vals<2>>::count(&loss, &[[0], [1]], Pass::<2>::infer());
    /// assert_eq!(total, 6.0);
    /// ```
    pub const fn weighted<const C: usize>(self, weights: [f32; C]) -> CrossEntropy<STEPS, [f32; C]> {
        CrossEntropy { label_smoothing: self.label_smoothing, ignore_index: self.ignore_index, weights }
    }
}

impl<const STEPS: usize> Default for CrossEntropy<STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real, W: ClassWeights, const STEPS: usize, const N: usize> Loss<T, Vals<N>>
    for CrossEntropy<STEPS, W>
{
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
        let mut sum = T::zero();
        for b in 0..B {
            for step in 0..STEPS {
                let here = step * classes..(step + 1) * classes;
                let z = &y.data.0[b][here.clone()];
                let dz = dy.as_deref_mut().map(|dy| &mut dy.data.0[b][here]);
                match targets.at(b, step, &pass) {
                    Class::Is(k, weight) => sum += self.step(pass.isa(), z, k, weight, dz, share),
                    other => {
                        if let Class::Unknown = other {
                            sum = T::of(f64::NAN);
                        }
                        if let Some(dz) = dz {
                            dz.fill(T::zero());
                        }
                    }
                }
            }
        }
        sum * share
    }
}

impl<const STEPS: usize, W: ClassWeights> CrossEntropy<STEPS, W> {
    /// What one step adds to the sum, and the gradient of its logits.
    #[inline]
    fn step<T: Real>(&self, isa: Isa, z: &[T], k: usize, weight: T, mut dz: Option<&mut [T]>, share: T) -> T {
        let hard = T::of(1.0 - self.label_smoothing) * weight;
        let each = T::of(self.label_smoothing / z.len() as f64);
        let w = |j| T::of(f64::from(self.weights.of(j)));
        let smooth = self.label_smoothing != 0.0;

        let mut mass = hard;
        if smooth {
            for j in 0..z.len() {
                mass += each * w(j);
            }
        }
        let (m, l) = softmax(isa, z, dz.as_deref_mut(), mass * share);
        let mut value = hard * (m + l - z[k]);
        if smooth {
            for (j, &z) in z.iter().enumerate() {
                value += each * w(j) * (m + l - z);
            }
        }
        if let Some(dz) = dz {
            if smooth {
                for (j, d) in dz.iter_mut().enumerate() {
                    *d -= each * w(j) * share;
                }
            }
            dz[k] -= hard * share;
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::Rng;
    use crate::loss::testing::{check_gradient, check_shares, close, padded};

    fn logits() -> SMatrix<f64, 3, 4> {
        matrix![0.3, 2.0, 1.0, 0.9; -0.7, -1.5, 0.4, 3.1; 1.1, 0.2, -0.6, -2.2]
    }
    const TARGETS: [[u16; 1]; 4] = [[2], [0], [1], [1]];
    const WEIGHTS: [f32; 3] = [0.5, 2.0, 1.25];

    fn value<W: ClassWeights>(
        loss: CrossEntropy<1, W>,
        targets: &[[u16; 1]; 4],
    ) -> (f64, SMatrix<f64, 3, 4>) {
        let (y, mut dy) = (logits(), SMatrix::repeat(f64::NAN));
        let total = Loss::<f64, Vals<3>>::count(&loss, targets, Pass::infer());
        (loss.value_and_grad(&y, targets, Some(&mut dy), total, Pass::infer()), dy)
    }

    #[test]
    fn values_and_gradients_are_pytorchs() {
        let plain = CrossEntropy::new();
        let smooth = CrossEntropy { label_smoothing: 0.1, ..plain };
        let (v, dy) = value(plain, &TARGETS);
        close(v, 0.481813296564);
        close(dy[(0, 0)], 0.06957159872263494);
        close(dy[(1, 2)], -0.17163005084366756);
        close(value(plain.weighted(WEIGHTS), &TARGETS).0, 0.56127581131);
        close(value(smooth, &TARGETS).0, 0.613479963231);
        let (v, dy) = value(smooth.weighted(WEIGHTS), &TARGETS);
        close(v, 0.674146487851);
        close(dy[(2, 0)], -0.06825990688300437);
        close(dy[(2, 2)], 0.03136168177484885);
        let ignoring = CrossEntropy { ignore_index: Some(9), ..smooth }.weighted(WEIGHTS);
        let (v, dy) = value(ignoring, &[[2], [0], [9], [1]]);
        close(v, 0.429769715939);
        close(dy[(1, 0)], 0.016347503368204588);
        assert_eq!(dy.column(2), vector![0.0, 0.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let plain = CrossEntropy { ignore_index: Some(7), ..CrossEntropy::new() };
        let smooth = CrossEntropy { label_smoothing: 0.2, ..plain };
        for targets in [TARGETS, [[2], [7], [1], [0]]] {
            for pass in [Pass::infer(), Pass::train(Rng::new(0)).chunk(0, 3)] {
                check_gradient(&plain, &logits(), &targets, pass);
                check_gradient(&plain.weighted(WEIGHTS), &logits(), &targets, pass);
                check_gradient(&smooth, &logits(), &targets, pass);
                check_gradient(&smooth.weighted(WEIGHTS), &logits(), &targets, pass);
            }
        }
    }

    #[test]
    fn shares_of_chunks_add_up() {
        let loss = CrossEntropy { label_smoothing: 0.1, ignore_index: Some(0), weights: WEIGHTS };
        check_shares(&loss, &logits(), &TARGETS, None, |b| [TARGETS[b]]);
        check_shares(&CrossEntropy::new(), &logits(), &TARGETS, None, |b| [TARGETS[b]]);
    }

    #[test]
    fn every_valid_step_of_a_sequence_counts_and_no_other() {
        let y = SMatrix::<f64, 6, 2>::from_fn(|i, b| [0.3, -0.7, 1.1, 2.0, -1.5, 0.2][i] * (b as f64 - 0.4));
        let loss = CrossEntropy::<3> { label_smoothing: 0.1, ..CrossEntropy::DEFAULT };
        let (targets, valid) = ([[0, 1, 1], [1, 0, 200]], [3, 2]); // the 200 is padding
        let pass = padded(&valid);
        let ignoring = CrossEntropy { ignore_index: Some(1), ..loss };
        check_gradient(&ignoring, &y, &targets, pass);
        check_shares(&ignoring, &y, &targets, Some(&valid), |b| [targets[b]]);
        assert_eq!(Loss::<f64, Vals<6>>::count(&ignoring, &targets, pass), 2.0);
        check_gradient(&loss, &y, &targets, pass);
        check_shares(&loss, &y, &targets, Some(&valid), |b| [targets[b]]);
        assert_eq!(Loss::<f64, Vals<6>>::count(&loss, &targets, pass), 5.0);
        let mut dy = y;
        loss.value_and_grad(&y, &targets, Some(&mut dy), 5.0, pass);
        assert_eq!((dy[(4, 1)], dy[(5, 1)]), (0.0, 0.0));
    }

    #[test]
    fn a_target_that_is_no_class_makes_the_loss_nan_and_moves_nothing() {
        for loss in [CrossEntropy::new().weighted(WEIGHTS), CrossEntropy::new().weighted([0.0; 3])] {
            let (v, dy) = value(loss, &[[2], [3], [1], [1]]);
            assert!(v.is_nan());
            assert_eq!(dy.column(1), vector![0.0, 0.0, 0.0]);
            assert!(dy.iter().all(|d| d.is_finite()));
        }
    }

    #[test]
    fn where_every_target_is_ignored_the_loss_is_zero() {
        let loss = CrossEntropy { ignore_index: Some(2), ..CrossEntropy::new() };
        assert_eq!(value(loss, &[[2]; 4]), (0.0, SMatrix::zeros()));
    }

    #[test]
    fn large_logits_overflow_nothing() {
        let mut dy = vector![0.0_f32, 0.0, 0.0];
        let y = vector![1e4_f32, -1e4, 0.0];
        let loss = CrossEntropy { label_smoothing: 0.0, ..CrossEntropy::new() };
        assert_eq!(loss.value_and_grad(&y, &[[1]], Some(&mut dy), 1.0, Pass::<1>::infer()), 2e4);
        assert_eq!(dy, vector![1.0, -1.0, 0.0]);
        assert_eq!(loss.value_and_grad(&y, &[[0]], Some(&mut dy), 1.0, Pass::<1>::infer()), 0.0);
        assert_eq!(dy, vector![0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_logit_that_is_not_a_number_makes_the_loss_nan_wherever_it_is() {
        for i in 0..3 {
            let mut y = vector![0.0_f32, 1.0, 2.0];
            y[i] = f32::NAN;
            assert!(CrossEntropy::new().value_and_grad(&y, &[[1]], None, 1.0, Pass::<1>::infer()).is_nan());
        }
    }
}
