//! Adam. PyTorch: `optim.Adam`.

use super::{Optimizer, Step, power};
use crate::kernels::update::AdamStep;
use crate::{Blank, Params, Real, ZeroValid, math};

/// Adam. PyTorch: `optim.Adam`. It remembers two numbers a parameter.
///
/// With gradient `g`, weight decay `λ`, `betas` `β₁` and `β₂`, and steps `t` from 1:
///
/// - `g ← g + λ p`
/// - `m ← β₁ m + (1 − β₁) g`
/// - `v ← β₂ v + (1 − β₂) g²`
/// - `p ← p − lr · m / (1 − β₁ᵗ) / (√v / √(1 − β₂ᵗ) + ε)`
///
/// D. P. Kingma, J. Ba: *Adam: a method for stochastic optimization*, 2015 (with `ε` added after the correction, as in
/// PyTorch).
///
/// For weight decay [`AdamW`](super::AdamW) is the better choice.
///
/// ```
/// use dl_core::{Blank, Optimizer, layers::Dense, nalgebra::matrix, optim::{Adam, Step}};
///
/// let (mut params, mut grad) = (Dense::<f64, 1, 1>::ZERO, Dense::ZERO);
/// let mut moments = [Dense::ZERO, Dense::ZERO];
/// grad.weight = matrix![7.0];
/// Adam::new(0.5).update(&mut params, &mut grad, &mut moments, &Step::new(1));
/// assert!((params.weight[0] + 0.5).abs() < 1e-8); // the first step is the learning rate
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// Learning rate.
    pub lr: f64,
    /// How much of their last values the means of the gradient and of its square keep.
    pub betas: (f64, f64),
    /// Added to the root of the mean square.
    pub eps: f64,
    /// Adds `weight_decay` times a weight to its gradient; see [Weight decay](crate::optim#weight-decay).
    pub weight_decay: f64,
}

impl Adam {
    /// PyTorch's defaults: `betas` (0.9, 0.999), `eps` 1e-8, no weight decay.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::Adam::new(0.001).betas, (0.9, 0.999));
    /// ```
    pub const fn new(lr: f64) -> Self {
        Adam { lr, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0 }
    }
}

impl Default for Adam {
    /// PyTorch's defaults: a learning rate of 0.001.
    fn default() -> Self {
        Adam::new(1e-3)
    }
}

impl Optimizer for Adam {
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
        self.update_decayed(params, grad, moments, step, |decay, _| (decay, 1.0));
    }
}

impl Adam {
    /// One step; `decay` turns weight decay and learning rate into what of a weight is added to its gradient, and
    /// what the weight itself is multiplied by.
    pub(super) fn update_decayed<T: Real, P: Params<T>>(
        &self,
        params: &mut P,
        grad: &mut P::Grad,
        [first, second]: &mut [P::Grad; 2],
        step: &Step<'_>,
        decay: impl Fn(f64, f64) -> (f64, f64),
    ) {
        let (beta1, beta2) = self.betas;
        let first_moment = (T::of(beta1), T::of(1.0 - beta1));
        let second_moment = (T::of(beta2), T::of(1.0 - beta2));
        let eps = T::of(self.eps);
        let correction = 1.0 - power(beta1, step.number);
        let scale = T::of(1.0 / math::sqrt(1.0 - power(beta2, step.number)));
        step.each(
            params,
            [grad, first, second],
            (self.lr, self.weight_decay),
            |(lr, weight_decay), p, [g, m, v]| {
                let (added, kept) = decay(weight_decay, lr);
                let numbers = AdamStep {
                    rate: T::of(lr / correction),
                    added: T::of(added),
                    kept: T::of(kept),
                    first: first_moment,
                    second: second_moment,
                    scale,
                    eps,
                };
                step.share([p, g, m, v], |[p, g, m, v]| {
                    step.clip(g);
                    T::adam(step.isa, p, g, m, v, numbers);
                });
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::testing::*;

    #[test]
    fn one_step_by_hand() {
        // The corrected means of a first step are the gradient and its square.
        let optimizer = Adam { eps: 1.0, weight_decay: 1.0, ..Adam::new(5.0) };
        check_step(optimizer, [2.0, -4.0, 8.0], [2.0, 0.0, -4.0], [-2.0, 0.0, 12.0]);
    }

    #[test]
    fn twenty_steps_are_pytorchs() {
        check_twenty_steps(Adam::new(0.05), 0.0, [0.223670653884, -2.95981458924, 0.276593817533]);
        let optimizer = Adam { betas: (0.8, 0.99), eps: 1e-3, weight_decay: 0.01, ..Adam::new(0.05) };
        check_twenty_steps(optimizer, 0.01, [0.29988264281, -2.92940702199, 0.271088616972]);
    }

    #[test]
    fn it_minimizes_keeps_what_is_frozen_and_honours_groups() {
        check_minimizes(Adam::new(0.1));
        check_frozen_and_groups(Adam::default());
    }
}
