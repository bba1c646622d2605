//! Optimizers: one step for all parameters, from their gradient.

use crate::params::{Kind, Path};
use crate::{Blank, Params, Real, ZeroValid};

/// Moves parameters against their gradient.
///
/// An optimizer is a small value of settings; what it remembers of each parameter is in [`Moments`](Self::Moments),
/// which a trainer keeps beside the gradient.
pub trait Optimizer: 'static {
    /// What is remembered, for a gradient of type `G`: `()`, `[G; 1]`, `[G; 2]`.
    type Moments<G: Blank + ZeroValid>: Blank + ZeroValid;

    /// The learning rate before a schedule scales it.
    fn lr(&self) -> f64;

    /// One step.
    fn update<T: Real, P: Params<T>>(
        &self,
        params: &mut P,
        grad: &mut P::Grad,
        moments: &mut Self::Moments<P::Grad>,
        step: &Step<'_>,
    );
}

/// The circumstances of one optimizer step.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The number of this step; the first is 1.
    pub number: u64,
    /// What a schedule multiplies the learning rate by.
    pub lr_factor: f64,
    /// What every gradient is multiplied by first: clipping by global norm.
    pub grad_scale: f64,
    /// Every gradient is then limited to `±clip_value`.
    pub clip_value: Option<f64>,
    /// Settings of parameter groups.
    pub groups: &'a [Group],
}

/// Settings of the parameters of one group (`#[group(name)]`), in place of the optimizer's.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The group's name.
    pub name: &'static str,
    /// Multiplies the learning rate.
    pub lr_factor: f64,
    /// Replaces the optimizer's weight decay.
    pub weight_decay: Option<f64>,
}

impl Step<'_> {
    /// Learning rate and weight decay of the parameter at `path`.
    ///
    /// Scales and shifts of normalizations and learned slopes ([`Kind::Norm`]) and biases are not decayed unless a
    /// group says so.
    pub fn settings(&self, path: &Path<'_>, kind: Kind, lr: f64, weight_decay: f64) -> (f64, f64) {
        let group = self.groups.iter().find(|g| !g.name.is_empty() && g.name == path.group());
        let decay = match group.and_then(|g| g.weight_decay) {
            Some(decay) => decay,
            None if kind == Kind::Weight => weight_decay,
            None => 0.0,
        };
        (lr * self.lr_factor * group.map_or(1.0, |g| g.lr_factor), decay)
    }
}
