//! The loss of a grid that finds objects.

use nalgebra::SMatrix;

use super::{Loss, share};
use crate::detect::Grid;
use crate::{Pass, Real, Vals, math};

/// What a [`Grid`] of cells gets wrong: whether there is an object, where, and of which class; the mean over all samples.
///
/// Output and target are `[5 + C, H, W]`, as [`Grid`] describes them. For each cell, with `o` the logit of an object, `b` the
/// four logits of its box, `z` the logits of the classes, and `t`, `tᵇ`, `tᶻ` their targets:
///
/// - value:     `object · t · softplus(−o) + no_object · (1 − t) · softplus(o)`
///   `+ t · bounds · Σ (σ(b) − tᵇ)² − t · class · Σ tᶻ ln softmax(z)`, summed over the cells of a sample
/// - gradient: `do = no_object (1 − t) σ(o) − object · t · σ(−o)`, `db = 2 t · bounds (σ(b) − tᵇ) σ(b) σ(−b)`,
///   `dz = t · class (softmax(z) Σ tᶻ − tᶻ)`, each divided by the number of samples
///
/// The weights' defaults are those of the paper: boxes weigh more than the rest, and the many cells without an object less.
/// The terms are binary cross-entropy, squared error and cross-entropy; the paper has squared errors throughout (J. Redmon and
/// others: *You only look once: unified, real-time object detection*, 2016), its third version these cross-entropies.
///
/// ```
/// use dl_core::detect::{Bounds, Grid, Object};
/// use dl_core::nalgebra::SVector;
/// use dl_core::{Loss, Pass, Vals, loss::GridDetection};
///
/// let cat = Object { bounds: Bounds::new(0.25, 0.25, 0.5, 0.5), class: 1 };
/// let mut target = SVector::<f64, { 7 * 4 }>::zeros(); // two classes, two by two cells
/// Grid::<2, 2>::encode(&[cat], &mut target.data.0[0]);
///
/// // Logits 0 say 1/2 everywhere; the box is right.
/// let loss = GridDetection::<2, 2>::new();
/// let value = loss.value_and_grad(&SVector::zeros(), &target, None, 1.0, Pass::<1>::infer());
/// let ln2 = core::f64::consts::LN_2;
/// assert!((value - (ln2 + 0.5 * 3.0 * ln2 + ln2)).abs() < 1e-12);
/// ```
#[doc(alias = "YOLO")]
#[derive(Clone, Copy, Debug)]
pub struct GridDetection<const H: usize, const W: usize> {
    /// How much the logit of a cell with an object weighs.
    pub object: f64,
    /// How much the logit of a cell without one weighs.
    pub no_object: f64,
    /// How much its box weighs.
    pub bounds: f64,
    /// How much its class weighs.
    pub class: f64,
}

impl<const H: usize, const W: usize> GridDetection<H, W> {
    /// The paper's weights: 1 and 1/2 for cells with and without an object, 5 for boxes, 1 for classes.
    ///
    /// ```
    /// use dl_core::loss::GridDetection;
    ///
    /// let loss = GridDetection::<7, 7> { bounds: 10.0, ..GridDetection::new() };
    /// assert_eq!((loss.object, loss.no_object, loss.class), (1.0, 0.5, 1.0));
    /// ```
    pub const fn new() -> Self {
        GridDetection { object: 1.0, no_object: 0.5, bounds: 5.0, class: 1.0 }
    }

    /// What a cell adds to the sum, with its part of the gradient times `share`.
    #[inline]
    fn cell<T: Real>(&self, y: &[T], target: &[T], classes: usize, dy: Option<&mut [T]>, share: T) -> T {
        let at = |channel: usize| channel * H * W; // slices begin at the cell
        let (one, there) = (T::one(), target[0]);
        let [object, no_object, bounds, class] =
            [self.object, self.no_object, self.bounds, self.class].map(T::of);
        let (yes, no) = (object * there, no_object * (one - there));

        let mut value = yes * math::softplus(-y[0]) + no * math::softplus(y[0]);
        let mut dy = dy;
        if let Some(dy) = &mut dy {
            dy[0] = share * (no * math::sigmoid(y[0]) - yes * math::sigmoid(-y[0]));
        }
        if there == T::zero() {
            // Its box and its class do not count, whatever they are.
            if let Some(dy) = dy {
                (1..5 + classes).for_each(|channel| dy[at(channel)] = T::zero());
            }
            return value;
        }
        for channel in 1..5 {
            let s = math::sigmoid(y[at(channel)]);
            let d = s - target[at(channel)];
            value += there * bounds * d * d;
            if let Some(dy) = &mut dy {
                dy[at(channel)] = share * there * bounds * (d + d) * s * math::sigmoid(-y[at(channel)]);
            }
        }
        let (mut top, mut mass) = (y[at(5)], T::zero());
        for k in 5..5 + classes {
            let z = y[at(k)];
            top = if z > top { z } else { top };
            mass += target[at(k)];
        }
        let sum = (5..5 + classes).fold(T::zero(), |sum, k| sum + math::exp(y[at(k)] - top));
        let ln_sum = math::ln(sum);
        for k in 5..5 + classes {
            let (z, t) = (y[at(k)] - top, target[at(k)]);
            value += there * class * t * (ln_sum - z);
            if let Some(dy) = &mut dy {
                dy[at(k)] = share * there * class * (mass * math::exp(z) / sum - t);
            }
        }
        value
    }
}

impl<const H: usize, const W: usize> Default for GridDetection<H, W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real, const H: usize, const W: usize, const N: usize> Loss<T, Vals<N>> for GridDetection<H, W> {
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
        let classes = const { Grid::<H, W>::classes(N) };
        let share = share::<T>(total);
        let mut sum = T::zero();
        for b in 0..B {
            if b >= pass.live() {
                if let Some(dy) = dy.as_deref_mut() {
                    dy.data.0[b].fill(T::zero());
                }
                continue;
            }
            let (y, target) = (&y.data.0[b], &target.data.0[b]);
            for cell in 0..H * W {
                let dy = dy.as_deref_mut().map(|dy| &mut dy.data.0[b][cell..]);
                sum += self.cell(&y[cell..], &target[cell..], classes, dy, share);
            }
        }
        sum * share
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::SVector;

    use super::*;
    use crate::detect::{Bounds, Object};
    use crate::loss::testing::{check_gradient, check_shares, close, column};

    const N: usize = 8 * 6; // three classes, two rows of three cells
    const LOSS: GridDetection<2, 3> =
        GridDetection { object: 0.75, no_object: 0.25, bounds: 2.0, class: 0.5 };

    fn targets() -> SMatrix<f64, N, 3> {
        let at = |x, y, class| Object { bounds: Bounds::new(x, y, 0.25, 0.6), class };
        let mut targets = SMatrix::zeros();
        Grid::<2, 3>::encode(&[at(0.1, 0.2, 2), at(0.9, 0.7, 0)], &mut targets.data.0[0]);
        Grid::<2, 3>::encode(&[], &mut targets.data.0[1]);
        Grid::<2, 3>::encode(&[at(0.5, 0.6, 1)], &mut targets.data.0[2]);
        targets
    }

    fn outputs() -> SMatrix<f64, N, 3> {
        let mut rng = crate::Rng::new(2);
        SMatrix::from_fn(|_, _| rng.uniform_in::<f64>(-1.0, 1.0))
    }

    #[test]
    fn by_hand_in_one_cell() {
        let loss = GridDetection::<1, 1> { object: 2.0, no_object: 3.0, bounds: 5.0, class: 7.0 };
        let (ln2, mut dy) = (core::f64::consts::LN_2, SVector::<f64, 7>::repeat(9.0));
        let y = SVector::zeros();
        let there = SVector::from([1.0, 0.5, 0.25, 1.0, 0.5, 0.0, 1.0]);
        let value = loss.value_and_grad(&y, &there, Some(&mut dy), 1.0, Pass::<1>::infer());
        close(value, 2.0 * ln2 + 5.0 * (0.0625 + 0.25) + 7.0 * ln2);
        assert_eq!(dy, SVector::from([-1.0, 0.0, 0.625, -1.25, 0.0, 3.5, -3.5]));

        let value = loss.value_and_grad(&y, &SVector::zeros(), Some(&mut dy), 1.0, Pass::<1>::infer());
        close(value, 3.0 * ln2);
        assert_eq!(dy, SVector::from([1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, targets) = (outputs(), targets());
        check_gradient(&LOSS, &y, &targets, Pass::infer());
        check_gradient(&LOSS, &y, &targets, Pass::infer().chunk(0, 2));
        check_shares(&LOSS, &y, &targets, None, |b| column(&targets, b));
        // Targets between 0 and 1 are as good.
        let soft = targets.map(|t| 0.1 + 0.7 * t);
        check_gradient(&LOSS, &y, &soft, Pass::infer());
    }

    #[test]
    fn cells_without_an_object_may_hold_any_box_and_class() {
        let (mut y, targets) = (outputs(), targets());
        let value = |y: &_| LOSS.value_and_grad(y, &targets, None, 3.0, Pass::<3>::infer());
        let before = value(&y);
        for channel in 1..8 {
            y[(channel * 6 + 3, 0)] = 50.0;
            y[(channel * 6 + 3, 1)] = f64::INFINITY;
        }
        assert_eq!(value(&y), before);
    }

    #[test]
    fn large_logits_overflow_nothing() {
        let loss = GridDetection::<1, 1>::new();
        let target = SVector::<f32, 7>::from([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        let y = SVector::from([-1e4, -1e4, -1e4, -1e4, -1e4, 1e4, 0.0]);
        let mut dy = SVector::zeros();
        let value = loss.value_and_grad(&y, &target, Some(&mut dy), 1.0, Pass::<1>::infer());
        assert_eq!(value, 2e4);
        assert_eq!(dy, SVector::from([-1.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0]));
    }
}
