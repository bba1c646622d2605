//! Softmax without overflow.

use crate::{Real, math};

/// The numbers `m` and `l` with `ln softmax(z)ⱼ = zⱼ − m − l`, and the softmax itself where wanted.
///
/// `m` is the largest logit, so no exponential overflows.
#[inline]
pub(super) fn softmax<T: Real>(z: &[T], p: Option<&mut [T]>) -> (T, T) {
    let mut m = z.first().copied().unwrap_or(T::zero());
    for &z in z {
        if z > m {
            m = z;
        }
    }
    let mut sum = T::zero();
    match p {
        Some(p) => {
            for (p, &z) in p.iter_mut().zip(z) {
                *p = math::exp(z - m);
                sum += *p;
            }
            let scale = T::one() / sum;
            for p in p {
                *p *= scale;
            }
        }
        None => {
            for &z in z {
                sum += math::exp(z - m);
            }
        }
    }
    (m, math::ln(sum))
}
