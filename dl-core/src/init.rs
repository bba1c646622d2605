//! Starting values.
use crate::{Real, Rng};

/// Uniform in `±1/√fan_in`: what PyTorch's layers start with.
pub fn uniform_fan_in<T: Real>(values: &mut [T], fan_in: usize, mut rng: Rng) {
    let bound = 1.0 / crate::math::sqrt(fan_in as f64);
    for v in values {
        *v = rng.uniform_in(-bound, bound);
    }
}
