//! Stochastic gradient descent with momentum. PyTorch: `optim.SGD` with `momentum`.

use super::{Optimizer, Step};
use crate::kernels::update::MomentumStep;
use crate::{Blank, Params, Real, ZeroValid};

/// Stochastic gradient descent with momentum. PyTorch: `optim.SGD` with `momentum`. It remembers one number a
/// parameter.
///
/// With gradient `g`, weight decay `λ`, momentum `μ`, dampening `δ`:
///
/// - `g ← g + λ p`
/// - `v ← μ v + (1 − δ) g`, but `v ← g` in the first step
/// - `p ← p − lr v`, or with Nesterov's momentum `p ← p − lr (g + μ v)`
///
/// I. Sutskever et al.: *On the importance of initialization and momentum in deep learning*, 2013.
///
/// ```
/// use dl_core::{Blank, Optimizer, layers::Dense, nalgebra::matrix, optim::{Sgd, Step}};
///
/// let (mut params, mut moments) = (Dense::<f32, 1, 1>::ZERO, [Dense::ZERO]);
/// let sgd = Sgd::new(0.5).momentum(0.5);
/// for number in 1..=2 {
///     let mut grad = Dense { weight: matrix![2.0], bias: matrix![0.0] };
///     sgd.update(&mut params, &mut grad, &mut moments, &Step::new(number));
/// }
/// assert_eq!(params.weight, matrix![-1.0 - 1.5]);
/// ```
#[doc(alias = "SGD")]
#[derive(Clone, Copy, Debug)]
pub struct SgdMomentum {
    /// Learning rate.
    pub lr: f64,
    /// How much of its last velocity a parameter keeps.
    pub momentum: f64,
    /// How much of the gradient is left out of the velocity; PyTorch wants 0 with `nesterov`.
    pub dampening: f64,
    /// Whether to look one step ahead.
    pub nesterov: bool,
    /// Adds `weight_decay` times a weight to its gradient; see [Weight decay](crate::optim#weight-decay).
    pub weight_decay: f64,
}

impl SgdMomentum {
    /// PyTorch's defaults: no dampening, not Nesterov's, no weight decay.
    ///
    /// ```
    /// use dl_core::optim::SgdMomentum;
    ///
    /// let nesterov = SgdMomentum { nesterov: true, ..SgdMomentum::new(0.1, 0.9) };
    /// assert_eq!(nesterov.dampening, 0.0);
    /// ```
    pub const fn new(lr: f64, momentum: f64) -> Self {
        SgdMomentum { lr, momentum, dampening: 0.0, nesterov: false, weight_decay: 0.0 }
    }
}

impl Default for SgdMomentum {
    /// A learning rate of 0.001, as in PyTorch, and the customary momentum of 0.9.
    fn default() -> Self {
        SgdMomentum::new(1e-3, 0.9)
    }
}

impl Optimizer for SgdMomentum {
    type Moments<G: Blank + ZeroValid> = [G; 1];

    fn lr(&self) -> f64 {
        self.lr
    }

    #[inline(always)]
    fn update<T: Real, P: Params<T>>(
        &self,
        params: &mut P,
        grad: &mut P::Grad,
        [velocity]: &mut [P::Grad; 1],
        step: &Step<'_>,
    ) {
        let (keep, take) = if step.number == 1 { (0.0, 1.0) } else { (self.momentum, 1.0 - self.dampening) };
        step.each(params, [grad, velocity], (self.lr, self.weight_decay), |(lr, decay), p, [g, v]| {
            let numbers = MomentumStep {
                lr: T::of(lr),
                decay: T::of(decay),
                keep: T::of(keep),
                take: T::of(take),
                nesterov: self.nesterov.then_some(T::of(self.momentum)),
            };
            step.share([p, g, v], |[p, g, v]| {
                step.clip(g);
                T::momentum(step.isa, p, g, v, numbers);
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
        let sgd = SgdMomentum { dampening: 0.5, weight_decay: 0.25, ..SgdMomentum::new(0.5, 0.9) };
        check_step(sgd, [2.0, -4.0, 8.0], [1.0, 1.0, 2.0], [1.25, -4.0, 7.0]);
        let sgd = SgdMomentum { nesterov: true, ..SgdMomentum::new(0.5, 0.5) };
        check_step(sgd, [2.0, -4.0, 8.0], [1.0, 1.0, 2.0], [1.25, -4.75, 6.5]);
    }

    #[test]
    fn twenty_steps_are_pytorchs() {
        let plain = SgdMomentum::new(0.1, 0.9);
        check_twenty_steps(plain, 0.0, [0.456560193795, -4.24226105181, 0.336166862157]);
        let dampened = SgdMomentum { dampening: 0.5, weight_decay: 0.01, ..plain };
        check_twenty_steps(dampened, 0.01, [0.199374774649, -4.58941379295, 0.239606919662]);
        let nesterov = SgdMomentum { nesterov: true, weight_decay: 0.01, ..SgdMomentum::new(0.05, 0.8) };
        check_twenty_steps(nesterov, 0.01, [0.333256051774, -3.94053450185, 0.2327100385]);
    }

    #[test]
    fn it_minimizes_keeps_what_is_frozen_and_honours_groups() {
        check_minimizes(SgdMomentum::new(0.1, 0.9));
        check_frozen_and_groups(SgdMomentum::new(0.1, 0.9));
    }
}
