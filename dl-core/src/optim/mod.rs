//! Optimizers: one step for all parameters, from their gradient.
//!
//! | optimizer | remembers | |
//! |---|---|---|
//! | [`Sgd`] | nothing | stochastic gradient descent |
//! | [`SgdMomentum`] | one number a parameter | the same with momentum, Nesterov's too |
//! | [`RmsProp`], [`Adagrad`] | one number a parameter | rates that follow the size of the gradient |
//! | [`Adam`], [`AdamW`] | two numbers a parameter | the same with momentum |
//! | [`QuantizationAware`] | one number a parameter more than another | for weights that will be integers |
//!
//! Formulas and defaults are PyTorch's. Scalars are computed in `f64`, parameters in the network's scalar. Learning
//! rates over time are in [`schedule`], clipping by norm in [`global_norm`], averaged weights in [`Ema`].
//!
//! # Weight decay
//!
//! One difference to PyTorch: weight decay is for weights. Biases and the parameters of normalizations keep theirs
//! unless a [`Group`] says otherwise, where PyTorch decays everything the optimizer is given. To decay everything as
//! PyTorch does, say so for the parameters that are in no group of their own:
//!
//! ```
//! use dl_core::optim::{AdamW, Group};
//!
//! let optimizer = AdamW { weight_decay: 0.05, ..AdamW::new(1e-3) };
//! let groups = [Group { weight_decay: Some(optimizer.weight_decay), ..Group::REST }];
//! # let _ = groups;
//! ```
//!
//! # Next to zero
//!
//! Another difference: moments and their gradients below 1e-34, and in squares gradients below 1e-15, count as zero
//! (1e-304 and 1e-150 in `f64`). Otherwise moments of units that have died shrink to subnormal numbers, with which
//! processors compute ten times as long.

use crate::kernels::{self, Isa};
use crate::params::{Kind, Path};
use crate::{Blank, Params, Real, ZeroValid, place};

mod adagrad;
mod adam;
mod adam_w;
mod average;
mod clip;
mod quantization_aware;
mod rms_prop;
pub mod schedule;
mod sgd;
mod sgd_momentum;
#[cfg(test)]
mod testing;

pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adam_w::AdamW;
pub use average::{Ema, swap};
pub use clip::{clip_factor, global_norm};
pub use quantization_aware::QuantizationAware;
pub use rms_prop::RmsProp;
pub use schedule::{Progress, Schedule};
pub use sgd::Sgd;
pub use sgd_momentum::SgdMomentum;

/// Moves parameters against their gradient.
///
/// An optimizer is a small value of settings; what it remembers of each parameter is in [`Moments`](Self::Moments),
/// which a trainer keeps beside the gradient.
///
/// ```
/// use dl_core::optim::Step;
/// use dl_core::params::Path;
/// use dl_core::{Blank, Optimizer, Params, Real, ZeroValid, layers::Dense, nalgebra::matrix};
///
/// /// Moves by the sign of the gradient alone.
/// struct SignSgd(f64);
/// impl Optimizer for SignSgd {
///     type Moments<G: Blank + ZeroValid> = ();
///     fn lr(&self) -> f64 {
///         self.0
///     }
///     fn update<T: Real, P: Params<T>>(&self, params: &mut P, grad: &mut P::Grad, _: &mut (), step: &Step<'_>) {
///         params.zip([grad], Path::ROOT, &mut |path, param, [g]| {
///             step.clip(g);
///             let (lr, _) = step.settings(&path, param.kind, self.0, 0.0);
///             for (p, g) in param.values.iter_mut().zip(g) {
///                 *p -= T::of(lr) * g.signum();
///             }
///         });
///     }
/// }
///
/// let mut net = Dense::<f32, 1, 1>::ZERO;
/// let mut grad = Dense { weight: matrix![7.0], bias: matrix![-3.0] };
/// SignSgd(0.5).update(&mut net, &mut grad, &mut (), &Step::new(1));
/// assert_eq!((net.weight[0], net.bias[0]), (-0.5, 0.5));
/// ```
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
///
/// ```
/// use dl_core::optim::Step;
///
/// let step = Step { grad_scale: 0.5, clip_value: Some(3.0), ..Step::new(1) };
/// let mut gradient = [4.0, -9.0];
/// step.clip(&mut gradient);
/// assert_eq!(gradient, [2.0, -3.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The number of this step; the first is 1.
    pub number: u64,
    /// What a schedule multiplies the learning rate by.
    pub lr_factor: f64,
    /// What every gradient is multiplied by first: clipping by global norm ([`clip_factor`]).
    pub grad_scale: f64,
    /// Every gradient is then limited to `±clip_value` (PyTorch: `clip_grad_value_`).
    pub clip_value: Option<f64>,
    /// Settings of parameter groups.
    pub groups: &'a [Group],
    /// The instructions that kernels may use.
    pub isa: Isa,
    /// How many threads may share the work.
    pub threads: usize,
}

/// Settings of the parameters of one group (`#[group(name)]`), in place of the optimizer's.
///
/// ```
/// use dl_core::optim::Group;
///
/// let slow = Group { lr_factor: 0.1, ..Group::new("backbone") };
/// assert_eq!((slow.name, slow.weight_decay), ("backbone", None));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The group's name; `""` are the parameters that are in no group.
    pub name: &'static str,
    /// Multiplies the learning rate.
    pub lr_factor: f64,
    /// Replaces the optimizer's weight decay, for biases and parameters of normalizations too.
    pub weight_decay: Option<f64>,
}

impl Group {
    /// The parameters that are in no group, with the optimizer's settings.
    ///
    /// ```
    /// use dl_core::optim::Group;
    ///
    /// let decay_everything = Group { weight_decay: Some(0.01), ..Group::REST };
    /// assert_eq!((decay_everything.name, decay_everything.lr_factor), ("", 1.0));
    /// ```
    pub const REST: Group = Group::new("");

    /// The group `name`, with the optimizer's settings.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::Group::new("head").lr_factor, 1.0);
    /// ```
    pub const fn new(name: &'static str) -> Self {
        Group { name, lr_factor: 1.0, weight_decay: None }
    }
}

impl Step<'static> {
    /// Step `number` (the first is 1), without schedule, clipping or groups.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::Step::new(1).grad_scale, 1.0);
    /// ```
    pub fn new(number: u64) -> Self {
        let isa = Isa::best();
        Step { number, lr_factor: 1.0, grad_scale: 1.0, clip_value: None, groups: &[], isa, threads: 1 }
    }
}

impl Step<'_> {
    /// Learning rate and weight decay of the parameter at `path`.
    ///
    /// Scales and shifts of normalizations and learned slopes ([`Kind::Norm`]) and biases are not decayed unless a
    /// group says so: see [Weight decay](crate::optim#weight-decay).
    ///
    /// ```
    /// use dl_core::optim::{Group, Step};
    /// use dl_core::params::{Kind, Path};
    ///
    /// let groups = [Group { lr_factor: 0.5, ..Group::new("slow") }];
    /// let step = Step { groups: &groups, ..Step::new(1) };
    /// assert_eq!(step.settings(&Path::ROOT, Kind::Weight, 0.1, 0.01), (0.1, 0.01));
    /// assert_eq!(step.settings(&Path::ROOT.in_group("slow"), Kind::Bias, 0.1, 0.01), (0.05, 0.0));
    /// ```
    #[inline]
    pub fn settings(&self, path: &Path<'_>, kind: Kind, lr: f64, weight_decay: f64) -> (f64, f64) {
        let group = self.groups.iter().find(|g| g.name == path.group());
        let decay = match group.and_then(|g| g.weight_decay) {
            Some(decay) => decay,
            None if kind == Kind::Weight => weight_decay,
            None => 0.0,
        };
        (lr * self.lr_factor * group.map_or(1.0, |g| g.lr_factor), decay)
    }

    /// Calls `f` with the numbers of a parameter and what belongs to them (gradient, moments): with all at once, or with
    /// parts on [`threads`](Self::threads) threads. What becomes of a number must not depend on where it stands.
    ///
    /// ```
    /// use dl_core::optim::Step;
    ///
    /// let (mut p, mut g) = ([1.0, 2.0, 3.0], [0.5, 0.25, 0.125]);
    /// Step::new(1).share([&mut p, &mut g], |[p, g]| p.iter_mut().zip(g).for_each(|(p, g)| *p -= *g));
    /// assert_eq!(p, [0.5, 1.75, 2.875]);
    /// ```
    #[inline]
    pub fn share<T: Real, const M: usize>(&self, slices: [&mut [T]; M], f: impl Fn([&mut [T]; M]) + Sync) {
        kernels::share(self.threads, slices, f);
    }

    /// Calls `f` with learning rate and weight decay, the parameters, and their gradient and moments: with all of them in one
    /// piece where the settings are the same for all, else parameter by parameter.
    ///
    /// ```
    /// use dl_core::optim::Step;
    /// use dl_core::{Blank, layers::Dense, nalgebra::matrix};
    ///
    /// let (mut net, mut grad) = (Dense::<f64, 1, 1>::ZERO, Dense::<f64, 1, 1>::ZERO);
    /// grad.weight = matrix![2.0];
    /// Step::new(1).each(&mut net, [&mut grad], (0.5, 0.0), |(lr, _), p, [g]| p[0] -= lr * g[0]);
    /// assert_eq!(net.weight, matrix![-1.0]);
    /// ```
    #[inline(always)]
    pub fn each<T: Real, P: Params<T>, const WITH: usize>(
        &self,
        params: &mut P,
        mut with: [&mut P::Grad; WITH],
        (lr, weight_decay): (f64, f64),
        mut f: impl FnMut((f64, f64), &mut [T], [&mut [T]; WITH]),
    ) {
        if P::FLAT && self.groups.is_empty() && weight_decay == 0.0 {
            let parts = with.each_mut().map(|part| place::numbers(*part).unwrap_or_default());
            if let Some(p) = place::numbers(params)
                && parts.iter().all(|part| part.len() == p.len())
            {
                return f((lr * self.lr_factor, 0.0), p, parts);
            }
        }
        params.zip(with, Path::ROOT, &mut |path, param, with| {
            f(self.settings(&path, param.kind, lr, weight_decay), param.values, with);
        });
    }

    /// Scales and limits a gradient. NaN stays NaN.
    ///
    /// ```
    /// use dl_core::optim::Step;
    ///
    /// let mut gradient = [4.0, -9.0];
    /// Step { clip_value: Some(5.0), ..Step::new(1) }.clip(&mut gradient);
    /// assert_eq!(gradient, [4.0, -5.0]);
    /// ```
    #[inline]
    pub fn clip<T: Real>(&self, gradient: &mut [T]) {
        if self.grad_scale != 1.0 {
            let scale = T::of(self.grad_scale);
            for g in gradient.iter_mut() {
                *g *= scale;
            }
        }
        if let Some(limit) = self.clip_value {
            let limit = T::of(limit);
            for g in gradient {
                if *g > limit {
                    *g = limit;
                } else if *g < -limit {
                    *g = -limit;
                }
            }
        }
    }
}

/// `baseⁿ`, by squaring: the same bits on every target.
fn power(base: f64, mut n: u64) -> f64 {
    let (mut result, mut square) = (1.0, base);
    while n > 0 {
        if n % 2 == 1 {
            result *= square;
        }
        square *= square;
        n /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_replace_rate_and_decay() {
        let groups = [Group { lr_factor: 0.5, weight_decay: Some(0.3), ..Group::new("slow") }];
        let step = Step { lr_factor: 0.1, groups: &groups, ..Step::new(1) };
        let at = |path: Path<'_>, kind| step.settings(&path, kind, 2.0, 0.7);
        assert_eq!(at(Path::ROOT, Kind::Weight), (0.2, 0.7));
        assert_eq!(at(Path::ROOT, Kind::Bias), (0.2, 0.0));
        assert_eq!(at(Path::ROOT, Kind::Norm), (0.2, 0.0));
        assert_eq!(at(Path::ROOT.in_group("slow"), Kind::Bias), (0.1, 0.3));
        assert_eq!(at(Path::ROOT.in_group("other"), Kind::Weight), (0.2, 0.7));
    }

    #[test]
    fn the_rest_is_what_is_in_no_group() {
        let groups = [Group { weight_decay: Some(0.3), ..Group::REST }];
        let step = Step { groups: &groups, ..Step::new(1) };
        assert_eq!(step.settings(&Path::ROOT, Kind::Bias, 1.0, 0.3), (1.0, 0.3));
        assert_eq!(step.settings(&Path::ROOT.in_group("named"), Kind::Bias, 1.0, 0.3), (1.0, 0.0));
    }

    #[test]
    fn a_gradient_is_scaled_and_then_limited_and_nan_stays() {
        let mut g = [4.0, -9.0, 1.0, f64::NAN];
        Step { grad_scale: 0.5, clip_value: Some(3.0), ..Step::new(1) }.clip(&mut g);
        assert_eq!(g[..3], [2.0, -3.0, 0.5]);
        assert!(g[3].is_nan());
    }

    #[test]
    fn powers_are_products() {
        assert_eq!(
            (power(3.0, 0), power(3.0, 1), power(3.0, 5), power(0.5, 10)),
            (1.0, 3.0, 243.0, 1.0 / 1024.0)
        );
        assert_eq!(power(0.9, u64::MAX), 0.0);
    }
}
