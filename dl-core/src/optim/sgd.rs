//! Stochastic gradient descent without momentum. PyTorch: `optim.SGD` with `momentum=0`.

use super::{Optimizer, SgdMomentum, Step};
use crate::{Blank, Params, Real, ZeroValid};

/// Stochastic gradient descent without momentum. PyTorch: `optim.SGD` with `momentum=0`. It remembers nothing, so it
/// needs no memory beside the gradient.
///
/// With gradient `g` and weight decay `λ`: `p ← p − lr (g + λ p)`.
///
/// Momentum costs one more number a parameter, so it is another type, [`SgdMomentum`]:
/// `Sgd::new(0.1).momentum(0.9)`.
///
/// ```
/// use dl_core::{Blank, Optimizer, layers::Dense, nalgebra::matrix, optim::{Sgd, Step}};
///
/// let (mut params, mut grad) = (Dense::<f32, 1, 1>::ZERO, Dense::ZERO);
/// grad.weight = matrix![2.0];
/// Sgd::new(0.5).update(&mut params, &mut grad, &mut (), &Step::new(1));
/// assert_eq!(params.weight, matrix![-1.0]);
/// ```
#[doc(alias = "SGD")]
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// Adds `weight_decay` times a weight to its gradient; see [Weight decay](crate::optim#weight-decay).
    pub weight_decay: f64,
}

impl Sgd {
    /// PyTorch's default: no weight decay.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::Sgd::new(0.1).weight_decay, 0.0);
    /// ```
    pub const fn new(lr: f64) -> Self {
        Sgd { lr, weight_decay: 0.0 }
    }

    /// The same with momentum.
    ///
    /// ```
    /// use dl_core::optim::Sgd;
    ///
    /// let sgd = Sgd { weight_decay: 1e-4, ..Sgd::new(0.1) }.momentum(0.9);
    /// assert_eq!((sgd.lr, sgd.momentum, sgd.weight_decay), (0.1, 0.9, 1e-4));
    /// ```
    pub const fn momentum(self, momentum: f64) -> SgdMomentum {
        SgdMomentum { weight_decay: self.weight_decay, ..SgdMomentum::new(self.lr, momentum) }
    }
}

impl Default for Sgd {
    /// PyTorch's defaults: a learning rate of 0.001.
    fn default() -> Self {
        Sgd::new(1e-3)
    }
}

impl Optimizer for Sgd {
    type Moments<G: Blank + ZeroValid> = ();

    fn lr(&self) -> f64 {
        self.lr
    }

    #[inline(always)]
    fn update<T: Real, P: Params<T>>(&self, params: &mut P, grad: &mut P::Grad, _: &mut (), step: &Step<'_>) {
        step.each(params, [grad], (self.lr, self.weight_decay), |(lr, decay), p, [g]| {
            let (lr, decay) = (T::of(lr), T::of(decay));
            step.share([p, g], |[p, g]| {
                step.clip(g);
                T::sgd(step.isa, p, g, lr, decay);
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
        check_step(Sgd { lr: 0.5, weight_decay: 0.25 }, [2.0, -4.0, 8.0], [1.0, 1.0, 2.0], [1.25, -4.0, 7.0]);
    }

    #[test]
    fn twenty_steps_are_pytorchs() {
        let sgd = Sgd { lr: 0.1, weight_decay: 0.01 };
        check_twenty_steps(sgd, sgd.weight_decay, [0.332743726773, -3.24707143213, 0.277544887502]);
    }

    #[test]
    fn it_minimizes_keeps_what_is_frozen_and_honours_groups() {
        check_minimizes(Sgd::new(0.1));
        check_frozen_and_groups(Sgd::new(0.1));
    }
}
