//! Cross-entropy from logits, with distributions as targets. PyTorch: `nn.CrossEntropyLoss` with class probabilities.

use nalgebra::SMatrix;

use super::{Loss, classes, share};
use crate::kernels::{Isa, softmax};
use crate::{Pass, Real, Vals};

/// Cross-entropy from logits, with distributions as targets, as PyTorch's `CrossEntropyLoss` of probabilities.
///
/// | symbol | shape           | meaning                                   |
/// |--------|-----------------|-------------------------------------------|
/// | `z`    | `STEPS × C`     | logits (`STEPS` is 1 for a plain class)   |
/// | `t`    | `STEPS × C`     | target probabilities, spread: `(1 − ε) t + ε/C` |
///
/// With `l = ln softmax(z)` of a step, and `n` the steps that count:
///
/// - value:    `−Σ Σⱼ tⱼ lⱼ / n`
/// - gradient: `dzⱼ = (softmax(z)ⱼ Σᵢ tᵢ − tⱼ) / n`
///
/// Where `t = 0` the term is 0, whatever `z` is.
///
/// Output and target are `[C]`, or `[STEPS, C]`; steps past a sample's length do not count. The mean is over
/// samples, or steps. For targets that are mixed, smoothed or another network's.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::SoftCrossEntropy};
///
/// let (y, target, mut dy) = (vector![0.0, 0.0], vector![0.25, 0.75], vector![0.0, 0.0]);
/// let value = SoftCrossEntropy::new().value_and_grad(&y, &target, Some(&mut dy), 1.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (core::f32::consts::LN_2, vector![0.25, -0.25]));
/// ```
#[doc(alias = "CrossEntropyLoss")]
#[derive(Clone, Copy, Debug)]
pub struct SoftCrossEntropy<const STEPS: usize = 1> {
    /// How much of each target is spread evenly over all classes: 0 (the default) to 1.
    pub label_smoothing: f64,
}

impl SoftCrossEntropy {
    /// For one distribution a sample, without smoothing.
    ///
    /// ```
    /// assert_eq!(dl_core::loss::SoftCrossEntropy::new().label_smoothing, 0.0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> SoftCrossEntropy<STEPS> {
    /// For `STEPS` distributions a sample, without smoothing.
    ///
    /// ```
    /// use dl_core::loss::SoftCrossEntropy;
    ///
    /// let of_20_steps = SoftCrossEntropy::<20> { label_smoothing: 0.1, ..SoftCrossEntropy::DEFAULT };
    /// assert_eq!(of_20_steps.label_smoothing, 0.1);
    /// ```
    pub const DEFAULT: Self = SoftCrossEntropy { label_smoothing: 0.0 };
}

impl<const STEPS: usize> Default for SoftCrossEntropy<STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Real, const STEPS: usize, const N: usize> Loss<T, Vals<N>> for SoftCrossEntropy<STEPS> {
    type Target = Vals<N>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, _: &SMatrix<T, N, B>, pass: Pass<'a, B>) -> f64 {
        (0..pass.live()).map(|b| pass.lens().steps(b, STEPS)).sum::<usize>() as f64
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        mut dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let classes = const { classes::classes::<()>(N, STEPS) };
        let share = share::<T>(total);
        let mut sum = T::zero();
        for b in 0..B {
            let valid = if b < pass.live() { pass.lens().steps(b, STEPS) } else { 0 };
            for step in 0..STEPS {
                let here = step * classes..(step + 1) * classes;
                let (z, t) = (&y.data.0[b][here.clone()], &target.data.0[b][here.clone()]);
                let dz = dy.as_deref_mut().map(|dy| &mut dy.data.0[b][here]);
                if step < valid {
                    sum += self.step(pass.isa(), z, t, dz, share);
                } else if let Some(dz) = dz {
                    dz.fill(T::zero());
                }
            }
        }
        sum * share
    }
}

impl<const STEPS: usize> SoftCrossEntropy<STEPS> {
    /// What one step adds to the sum, and the gradient of its logits.
    #[inline]
    fn step<T: Real>(&self, isa: Isa, z: &[T], t: &[T], mut dz: Option<&mut [T]>, share: T) -> T {
        let (m, l) = softmax(isa, z, dz.as_deref_mut(), T::one());
        let (keep, each) = (T::of(1.0 - self.label_smoothing), T::of(self.label_smoothing / z.len() as f64));
        let (mut value, mut mass) = (T::zero(), T::zero());
        for (&z, &t) in z.iter().zip(t) {
            let t = keep * t + each;
            if t != T::zero() {
                value += t * (m + l - z);
                mass += t;
            }
        }
        if let Some(dz) = dz {
            for (d, &t) in dz.iter_mut().zip(t) {
                *d = (*d * mass - (keep * t + each)) * share;
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, close, column, padded};

    fn chunk() -> (SMatrix<f64, 3, 4>, SMatrix<f64, 3, 4>) {
        (
            matrix![0.3, 2.0, 1.0, 0.9; -0.7, -1.5, 0.4, 3.1; 1.1, 0.2, -0.6, -2.2],
            matrix![0.2, 1.0, 0.1, 0.25; 0.5, 0.0, 0.1, 0.25; 0.3, 0.0, 0.8, 0.5],
        )
    }

    #[test]
    fn values_and_gradients_are_pytorchs() {
        let (y, target) = chunk();
        for (label_smoothing, expected, slope) in
            [(0.0, 1.73181329656, 0.019571598722634934), (0.1, 1.73847996323, 0.0162382653893016)]
        {
            let mut dy = SMatrix::repeat(f64::NAN);
            let loss = SoftCrossEntropy::<1> { label_smoothing };
            close(loss.value_and_grad(&y, &target, Some(&mut dy), 4.0, Pass::infer()), expected);
            close(dy[(0, 0)], slope);
        }
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, target) = chunk();
        let loss = SoftCrossEntropy::<1> { label_smoothing: 0.2 };
        check_gradient(&loss, &y, &(target * 1.5), Pass::infer().chunk(0, 3));
        check_shares(&loss, &y, &target, None, |b| column(&target, b));
        let (y, target) = (y.reshape_generic(nalgebra::Const::<6>, nalgebra::Const::<2>), target);
        let target = target.reshape_generic(nalgebra::Const::<6>, nalgebra::Const::<2>);
        let valid = [2, 1];
        let pass = padded(&valid);
        check_gradient(&SoftCrossEntropy::<2>::DEFAULT, &y, &target, pass);
        check_shares(&SoftCrossEntropy::<2>::DEFAULT, &y, &target, Some(&valid), |b| column(&target, b));
    }

    #[test]
    fn large_logits_overflow_nothing() {
        let (y, target) = (vector![1e4_f32, -1e4], vector![0.5, 0.5]);
        let mut dy = vector![0.0, 0.0];
        let loss = SoftCrossEntropy::new();
        assert_eq!(loss.value_and_grad(&y, &target, Some(&mut dy), 1.0, Pass::<1>::infer()), 1e4);
        assert_eq!(dy, vector![0.5, -0.5]);
    }
}
