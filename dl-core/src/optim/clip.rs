//! Clipping by global norm.

use crate::params::Path;
use crate::{Params, Real, math};

/// The Euclidean norm of the whole gradient.
///
/// Neither argument changes; `params` says how the gradient is laid out.
///
/// ```
/// use dl_core::{Blank, layers::Dense, nalgebra::matrix, optim::{clip_factor, global_norm}};
///
/// let mut grad = Dense::<f32, 1, 1> { weight: matrix![3.0], bias: matrix![4.0] };
/// let norm = global_norm(&mut Dense::ZERO, &mut grad);
/// assert_eq!(norm, 5.0);
/// assert!((clip_factor(norm, 1.0) - 0.2).abs() < 1e-6);
/// ```
pub fn global_norm<T: Real, P: Params<T>>(params: &mut P, grad: &mut P::Grad) -> f64 {
    let mut sum = 0.0;
    params.zip([grad], Path::ROOT, &mut |_, _, [g]| {
        for g in g {
            sum += g.to_f64() * g.to_f64();
        }
    });
    math::sqrt(sum)
}

/// What brings a gradient of norm `norm` to at most `max_norm`: `min(1, max_norm / (norm + 10⁻⁶))`, as PyTorch's
/// `clip_grad_norm_`. It is the [`Step::grad_scale`](super::Step::grad_scale) of a step.
///
/// NaN where the norm is.
///
/// ```
/// use dl_core::optim::clip_factor;
///
/// assert_eq!(clip_factor(0.5, 1.0), 1.0);
/// ```
#[doc(alias = "clip_grad_norm_")]
pub fn clip_factor(norm: f64, max_norm: f64) -> f64 {
    let factor = max_norm / (norm + 1e-6);
    if factor > 1.0 { 1.0 } else { factor }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::testing::{START, Three, model};

    #[test]
    fn the_norm_is_over_all_that_is_trained() {
        let mut params: Three = (model(START), model(START), model(START));
        let mut grad = (model([1.0, 2.0, 4.0]), (), model([6.0, 8.0, 0.0]));
        assert_eq!(global_norm(&mut params, &mut grad), 11.0);
    }

    #[test]
    fn a_norm_that_is_not_a_number_is_not_hidden() {
        assert!(clip_factor(f64::NAN, 1.0).is_nan());
        assert_eq!(clip_factor(f64::INFINITY, 1.0), 0.0);
    }
}
