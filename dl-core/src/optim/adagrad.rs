//! Adagrad. PyTorch: `optim.Adagrad`.

use super::{Optimizer, Step};
use crate::kernels::update::RootStep;
use crate::{Blank, Params, Real, ZeroValid};

/// Adagrad. PyTorch: `optim.Adagrad`. It remembers one number a parameter.
///
/// With gradient `g`, weight decay `λ`, and steps `t` from 1:
///
/// - `g ← g + λ p`
/// - `v ← v + g²`
/// - `p ← p − lr / (1 + (t − 1) lr_decay) · g / (√v + ε)`
///
/// J. Duchi, E. Hazan, Y. Singer: *Adaptive subgradient methods for online learning and stochastic optimization*, 2011.
///
/// ```
/// use dl_core::{Blank, Optimizer, layers::Dense, nalgebra::matrix, optim::{Adagrad, Step}};
///
/// let (mut params, mut grad, mut moments) = (Dense::<f32, 1, 1>::ZERO, Dense::ZERO, [Dense::ZERO]);
/// grad.weight = matrix![4.0];
/// Adagrad::new(0.5).update(&mut params, &mut grad, &mut moments, &Step::new(1));
/// assert_eq!((moments[0].weight, params.weight), (matrix![16.0], matrix![-0.5]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Adagrad {
    /// Learning rate.
    pub lr: f64,
    /// By how much the divisor of the learning rate grows in a step.
    pub lr_decay: f64,
    /// Added to the root of the summed squares.
    pub eps: f64,
    /// Adds `weight_decay` times a weight to its gradient; see [Weight decay](crate::optim#weight-decay).
    pub weight_decay: f64,
}

impl Adagrad {
    /// PyTorch's defaults: `lr_decay` 0, `eps` 1e-10, no weight decay.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::Adagrad::new(0.01).eps, 1e-10);
    /// ```
    pub const fn new(lr: f64) -> Self {
        Adagrad { lr, lr_decay: 0.0, eps: 1e-10, weight_decay: 0.0 }
    }
}

impl Default for Adagrad {
    /// PyTorch's defaults: a learning rate of 0.01.
    fn default() -> Self {
        Adagrad::new(1e-2)
    }
}

impl Optimizer for Adagrad {
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
        let (one, eps) = (T::one(), T::of(self.eps));
        let slower = 1.0 + step.number.saturating_sub(1) as f64 * self.lr_decay;
        step.each(params, [grad, squares], (self.lr, self.weight_decay), |(lr, decay), p, [g, v]| {
            let numbers = RootStep { lr: T::of(lr / slower), decay: T::of(decay), keep: one, take: one, eps };
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
        let optimizer = Adagrad { eps: 1.0, weight_decay: 1.0, ..Adagrad::new(2.5) };
        check_step(optimizer, [2.0, -4.0, 8.0], [2.0, 0.0, -4.0], [0.0, -2.0, 10.0]);
    }

    #[test]
    fn twenty_steps_are_pytorchs() {
        let optimizer = Adagrad { lr_decay: 0.05, weight_decay: 0.01, ..Adagrad::new(0.1) };
        check_twenty_steps(optimizer, 0.01, [0.534356709006, -2.55019180107, 0.249113159426]);
    }

    #[test]
    fn it_minimizes_keeps_what_is_frozen_and_honours_groups() {
        check_minimizes(Adagrad::new(1.0));
        check_frozen_and_groups(Adagrad::default());
    }
}
