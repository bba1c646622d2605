//! Adam with decoupled weight decay. PyTorch: `optim.AdamW`.

use super::{Adam, Optimizer, Step};
use crate::{Blank, Params, Real, ZeroValid};

/// Adam with decoupled weight decay. PyTorch: `optim.AdamW`. It remembers two numbers a parameter.
///
/// As [`Adam`], but weight decay `λ` acts on the weights and not on the gradient: `p ← (1 − lr λ) p`, then Adam's step.
///
/// I. Loshchilov, F. Hutter: *Decoupled weight decay regularization*, 2019.
///
/// ```
/// use dl_core::{Blank, Optimizer, layers::Dense, nalgebra::matrix, optim::{AdamW, Step}};
///
/// let (mut params, mut grad) = (Dense::<f64, 1, 1>::ZERO, Dense::ZERO);
/// params.weight = matrix![8.0];
/// let optimizer = AdamW { weight_decay: 0.5, ..AdamW::new(0.5) };
/// optimizer.update(&mut params, &mut grad, &mut [Dense::ZERO, Dense::ZERO], &Step::new(1));
/// assert_eq!(params.weight, matrix![6.0]); // a gradient of zero: only the decay acts
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    /// Learning rate.
    pub lr: f64,
    /// How much of their last values the means of the gradient and of its square keep.
    pub betas: (f64, f64),
    /// Added to the root of the mean square.
    pub eps: f64,
    /// A weight loses `lr · weight_decay` of itself in a step; see [Weight decay](crate::optim#weight-decay).
    pub weight_decay: f64,
}

impl AdamW {
    /// PyTorch's defaults: `betas` (0.9, 0.999), `eps` 1e-8, weight decay 0.01.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::AdamW::new(0.001).weight_decay, 0.01);
    /// ```
    pub const fn new(lr: f64) -> Self {
        AdamW { lr, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 1e-2 }
    }
}

impl Default for AdamW {
    /// PyTorch's defaults: a learning rate of 0.001.
    fn default() -> Self {
        AdamW::new(1e-3)
    }
}

impl Optimizer for AdamW {
    type Moments<G: Blank + ZeroValid> = [G; 2];

    fn lr(&self) -> f64 {
        self.lr
    }

    #[inline(always)]
    fn update<T: Real, P: Params<T>>(
        &self,
        params: &mut P,
        grad: &mut P::Grad,
        moments: &mut [P::Grad; 2],
        step: &Step<'_>,
    ) {
        let AdamW { lr, betas, eps, weight_decay } = *self;
        let adam = Adam { lr, betas, eps, weight_decay };
        adam.update_decayed(params, grad, moments, step, |decay, lr| (0.0, 1.0 - lr * decay));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::testing::*;

    #[test]
    fn one_step_by_hand() {
        let optimizer = AdamW { eps: 1.0, weight_decay: 0.5, ..AdamW::new(0.5) };
        check_step(optimizer, [2.0, -4.0, 8.0], [1.0, 0.0, -1.0], [1.25, -3.0, 8.25]);
    }

    #[test]
    fn twenty_steps_are_pytorchs() {
        let optimizer = AdamW { weight_decay: 0.1, ..AdamW::new(0.05) };
        check_twenty_steps(optimizer, 0.1, [0.20012507768, -2.73500277272, 0.276869127558]);
    }

    #[test]
    fn it_minimizes_keeps_what_is_frozen_and_honours_groups() {
        check_minimizes(AdamW { weight_decay: 0.0, ..AdamW::new(0.1) });
        check_frozen_and_groups(AdamW::default());
    }
}
