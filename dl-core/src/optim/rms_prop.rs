//! RMSprop. PyTorch: `optim.RMSprop` (neither centered nor with momentum).

use super::{Optimizer, Step};
use crate::kernels::update::RootStep;
use crate::{Blank, Params, Real, ZeroValid};

/// RMSprop. PyTorch: `optim.RMSprop` (neither centered nor with momentum). It remembers one number a parameter.
///
/// With gradient `g` and weight decay `λ`:
///
/// - `g ← g + λ p`
/// - `v ← α v + (1 − α) g²`
/// - `p ← p − lr g / (√v + ε)`
///
/// T. Tieleman, G. Hinton: *Neural networks for machine learning*, lecture 6.5, 2012.
///
/// ```
/// use dl_core::{Blank, Optimizer, layers::Dense, nalgebra::matrix, optim::{RmsProp, Step}};
///
/// let (mut params, mut grad, mut moments) = (Dense::<f32, 1, 1>::ZERO, Dense::ZERO, [Dense::ZERO]);
/// grad.weight = matrix![4.0];
/// let optimizer = RmsProp { alpha: 0.75, ..RmsProp::new(0.5) };
/// optimizer.update(&mut params, &mut grad, &mut moments, &Step::new(1));
/// assert_eq!((moments[0].weight, params.weight), (matrix![4.0], matrix![-1.0]));
/// ```
#[doc(alias = "RMSprop")]
#[derive(Clone, Copy, Debug)]
pub struct RmsProp {
    /// Learning rate.
    pub lr: f64,
    /// How much of its last value the mean square keeps.
    pub alpha: f64,
    /// Added to the root of the mean square.
    pub eps: f64,
    /// Adds `weight_decay` times a weight to its gradient; see [Weight decay](crate::optim#weight-decay).
    pub weight_decay: f64,
}

impl RmsProp {
    /// PyTorch's defaults: `alpha` 0.99, `eps` 1e-8, no weight decay.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::RmsProp::new(0.01).alpha, 0.99);
    /// ```
    pub const fn new(lr: f64) -> Self {
        RmsProp { lr, alpha: 0.99, eps: 1e-8, weight_decay: 0.0 }
    }
}

impl Default for RmsProp {
    /// PyTorch's defaults: a learning rate of 0.01.
    fn default() -> Self {
        RmsProp::new(1e-2)
    }
}

impl Optimizer for RmsProp {
    type Moments<G: Blank + ZeroValid> = [G; 1];

    fn lr(&self) -> f64 {
        self.lr
    }

    #[inline(always)]
    fn update<T: Real, P: Params<T>>(
        &self,
        params: &mut P,
        grad: &mut P::Grad,
        [squares]: &mut [P::Grad; 1],
        step: &Step<'_>,
    ) {
        let (keep, take, eps) = (T::of(self.alpha), T::of(1.0 - self.alpha), T::of(self.eps));
        step.each(params, [grad, squares], (self.lr, self.weight_decay), |(lr, decay), p, [g, v]| {
            let numbers = RootStep { lr: T::of(lr), decay: T::of(decay), keep, take, eps };
            step.share([p, g, v], |[p, g, v]| {
                step.clip(g);
                T::root(step.isa, p, g, v, numbers);
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::testing::*;

    #[test]
    fn one_step_by_hand() {
        let optimizer = RmsProp { alpha: 0.75, eps: 1.0, weight_decay: 1.0, ..RmsProp::new(3.0) };
        check_step(optimizer, [2.0, -4.0, 8.0], [2.0, 0.0, -4.0], [-2.0, 0.0, 12.0]);
    }

    #[test]
    fn twenty_steps_are_pytorchs() {
        let optimizer = RmsProp { weight_decay: 0.01, ..RmsProp::default() };
        check_twenty_steps(optimizer, 0.01, [0.451287412583, -2.7069532669, 0.247611029376]);
    }

    #[test]
    fn it_minimizes_keeps_what_is_frozen_and_honours_groups() {
        check_minimizes(RmsProp::new(0.03));
        check_frozen_and_groups(RmsProp::default());
    }
}
