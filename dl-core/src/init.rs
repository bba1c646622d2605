//! Starting values.
use crate::params::{Kind, ParamMut, Path};
use crate::{Params, Real, Rng};

/// Uniform in `±1/√fan_in`: what PyTorch's layers start with.
pub fn uniform_fan_in<T: Real>(values: &mut [T], fan_in: usize, mut rng: Rng) {
    let bound = 1.0 / crate::math::sqrt(fan_in as f64);
    for v in values {
        *v = rng.uniform_in(-bound, bound);
    }
}

/// Gives the weights of a layer or network the values of `init`; biases and the like stay as they are.
pub fn weights<T: Real, P: Params<T>>(params: &mut P, init: impl Fn(ParamMut<'_, T>, Rng), rng: Rng) {
    let mut number = 0;
    params.zip([], Path::ROOT, &mut |_, param, []| {
        if param.kind == Kind::Weight {
            init(param, rng.fork(number));
        }
        number += 1;
    });
}
