//! One step of each optimizer, over one parameter.
//!
//! `p` are the parameter's values, `g` its gradient, `m` and `v` its moments. What is not trained has an empty gradient:
//! then nothing changes.
//!
//! A weight whose gradient stays at zero has moments that shrink without end, down to subnormal numbers, with which a
//! processor computes ten times as long. So what is below [`Updates::LEAST`] becomes zero.

use super::Isa;
use super::isa::versions;
use crate::{Real, math};

/// The numbers of a step of Adam; see [`Adam`](crate::optim::Adam).
#[derive(Clone, Copy, Debug)]
pub struct AdamStep<T> {
    /// Learning rate, divided by the correction of the first moment.
    pub rate: T,
    /// Weight decay that is added to the gradient.
    pub added: T,
    /// The share of a weight that its decay leaves.
    pub kept: T,
    /// Of each moment, the share that is kept, and the share of the gradient or its square that is taken.
    pub first: (T, T),
    /// As `first`, of the second moment.
    pub second: (T, T),
    /// The correction of the second moment's root.
    pub scale: T,
    /// Added to the root.
    pub eps: T,
}

/// The numbers of a step with momentum; see [`SgdMomentum`](crate::optim::SgdMomentum).
#[derive(Clone, Copy, Debug)]
pub struct MomentumStep<T> {
    /// Learning rate.
    pub lr: T,
    /// Weight decay.
    pub decay: T,
    /// Share of the velocity that is kept.
    pub keep: T,
    /// Share of the gradient that is taken.
    pub take: T,
    /// Momentum of a Nesterov step, `None` for a plain one.
    pub nesterov: Option<T>,
}

/// The numbers of a step of RMSprop or Adagrad; see [`RmsProp`](crate::optim::RmsProp).
#[derive(Clone, Copy, Debug)]
pub struct RootStep<T> {
    /// Learning rate.
    pub lr: T,
    /// Weight decay.
    pub decay: T,
    /// Share of the mean square that is kept.
    pub keep: T,
    /// Share of the gradient's square that is taken.
    pub take: T,
    /// Added to the root.
    pub eps: T,
}

/// The steps of all optimizers, for one scalar.
pub trait Updates: Sized {
    /// The least moment and the least gradient that count.
    const LEAST: Self;
    /// The least gradient whose square counts: the square's share is a normal number.
    const LEAST_ROOT: Self;
    /// `p ← p − lr (g + decay p)`
    fn sgd(isa: Isa, p: &mut [Self], g: &[Self], lr: Self, decay: Self);
    /// `v ← keep v + take g′`, `p ← p − lr v`, or `p − lr (g′ + momentum v)`, with `g′ = g + decay p`
    fn momentum(isa: Isa, p: &mut [Self], g: &[Self], v: &mut [Self], step: MomentumStep<Self>);
    /// `v ← keep v + take g′²`, `p ← p − lr g′ / (√v + eps)`, with `g′ = g + decay p`
    fn root(isa: Isa, p: &mut [Self], g: &[Self], v: &mut [Self], step: RootStep<Self>);
    /// `m ← keep m + take g′`, `v ← keep v + take g′²`, `p ← kept p − rate m / (√v scale + eps)`, with `g′ = g + added p`
    fn adam(isa: Isa, p: &mut [Self], g: &[Self], m: &mut [Self], v: &mut [Self], step: AdamStep<Self>);
}

/// The plain loops.
mod plain {
    use super::*;

    /// Zero in place of less than the least.
    #[inline(always)]
    fn or_zero<T: Real>(x: T, least: T) -> T {
        if math::abs(x) < least { T::zero() } else { x }
    }
    /// `keep mean + take g²`
    #[inline(always)]
    fn mean_square<T: Real>(mean: T, g: T, (keep, take): (T, T)) -> T {
        let g = or_zero(g, T::LEAST_ROOT);
        or_zero(keep * mean + take * g * g, T::LEAST)
    }

    #[inline(always)]
    pub(super) fn sgd<T: Real>(p: &mut [T], g: &[T], lr: T, decay: T) {
        for (p, &g) in p.iter_mut().zip(g) {
            *p -= lr * (g + decay * *p);
        }
    }
    #[inline(always)]
    pub(super) fn momentum<T: Real>(p: &mut [T], g: &[T], v: &mut [T], step: MomentumStep<T>) {
        let MomentumStep { lr, decay, keep, take, nesterov } = step;
        for ((p, &g), v) in p.iter_mut().zip(g).zip(v) {
            let g = or_zero(g + decay * *p, T::LEAST);
            *v = or_zero(keep * *v + take * g, T::LEAST);
            *p -= lr * if let Some(momentum) = nesterov { g + momentum * *v } else { *v };
        }
    }
    #[inline(always)]
    pub(super) fn root<T: Real>(p: &mut [T], g: &[T], v: &mut [T], step: RootStep<T>) {
        let RootStep { lr, decay, keep, take, eps } = step;
        for ((p, &g), v) in p.iter_mut().zip(g).zip(v) {
            let g = or_zero(g + decay * *p, T::LEAST);
            *v = mean_square(*v, g, (keep, take));
            *p -= lr * g / (math::sqrt(*v) + eps);
        }
    }
    #[inline(always)]
    pub(super) fn adam<T: Real>(p: &mut [T], g: &[T], m: &mut [T], v: &mut [T], step: AdamStep<T>) {
        let AdamStep { rate, added, kept, first, second, scale, eps } = step;
        for (((p, &g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
            let g = or_zero(g + added * *p, T::LEAST);
            *m = or_zero(first.0 * *m + first.1 * g, T::LEAST);
            *v = mean_square(*v, g, second);
            *p = kept * *p - rate * *m / (math::sqrt(*v) * scale + eps);
        }
    }
}

impl Updates for f64 {
    const LEAST: f64 = 1e-304;
    const LEAST_ROOT: f64 = 1e-150;
    fn sgd(_: Isa, p: &mut [f64], g: &[f64], lr: f64, decay: f64) {
        plain::sgd(p, g, lr, decay);
    }
    fn momentum(_: Isa, p: &mut [f64], g: &[f64], v: &mut [f64], step: MomentumStep<f64>) {
        plain::momentum(p, g, v, step);
    }
    fn root(_: Isa, p: &mut [f64], g: &[f64], v: &mut [f64], step: RootStep<f64>) {
        plain::root(p, g, v, step);
    }
    fn adam(_: Isa, p: &mut [f64], g: &[f64], m: &mut [f64], v: &mut [f64], step: AdamStep<f64>) {
        plain::adam(p, g, m, v, step);
    }
}

impl Updates for f32 {
    const LEAST: f32 = 1e-34;
    const LEAST_ROOT: f32 = 1e-15;
    fn sgd(isa: Isa, p: &mut [f32], g: &[f32], lr: f32, decay: f32) {
        #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
        if decay == 0.0 {
            return super::vfp::sgd(p, g, lr);
        }
        sgd(isa, p, g, lr, decay);
    }
    fn momentum(isa: Isa, p: &mut [f32], g: &[f32], v: &mut [f32], step: MomentumStep<f32>) {
        momentum(isa, p, g, v, step);
    }
    fn root(isa: Isa, p: &mut [f32], g: &[f32], v: &mut [f32], step: RootStep<f32>) {
        root(isa, p, g, v, step);
    }
    fn adam(isa: Isa, p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], step: AdamStep<f32>) {
        adam(isa, p, g, m, v, step);
    }
}

versions! {
    fn sgd(p: &mut [f32], g: &[f32], lr: f32, decay: f32) {
        plain::sgd(p, g, lr, decay);
    }
    fn momentum(p: &mut [f32], g: &[f32], v: &mut [f32], step: MomentumStep<f32>) {
        plain::momentum(p, g, v, step);
    }
    fn root(p: &mut [f32], g: &[f32], v: &mut [f32], step: RootStep<f32>) {
        plain::root(p, g, v, step);
    }
    fn adam(p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], step: AdamStep<f32>) {
        plain::adam(p, g, m, v, step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_shrink_to_zero_and_never_are_subnormal() {
        for isa in Isa::all() {
            let (mut p, mut m, mut v) = ([1.0_f32; 40], [1e-30_f32; 40], [1e-30_f32; 40]);
            let half = (0.5, 0.5);
            let adam = AdamStep {
                rate: 0.1,
                added: 0.0,
                kept: 1.0,
                first: half,
                second: half,
                scale: 1.0,
                eps: 1.0,
            };
            for _ in 0..200 {
                f32::adam(isa, &mut p, &[0.0; 40], &mut m, &mut v, adam);
                assert!([m, v].as_flattened().iter().all(|x| !x.is_subnormal()));
            }
            assert_eq!([p, m, v], [[1.0; 40], [0.0; 40], [0.0; 40]]);
            // its square would be subnormal, it is not
            f32::adam(isa, &mut p, &[1e-20; 40], &mut m, &mut v, adam);
            assert_eq!([m, v], [[0.5e-20; 40], [0.0; 40]]);
            f32::adam(isa, &mut p, &[f32::NAN; 40], &mut m, &mut v, adam);
            assert!([p, m, v].as_flattened().iter().all(|x| x.is_nan()));
        }
    }
}
