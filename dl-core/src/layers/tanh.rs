//! Hyperbolic tangent. PyTorch: `nn.Tanh`.

use crate::kernels::map::{Known, KnownFromOutput};
use crate::{FromOutput, Pointwise, Real, math};

/// Hyperbolic tangent. PyTorch: `nn.Tanh`.
///
/// - forward:  `y = tanh x`
/// - backward: `dx = (1 − y²) dy`
///
/// Computed in place where possible.
///
/// ```
/// use dl_core::{Pointwise, layers::Tanh};
///
/// assert_eq!(Tanh::f(0.0_f32), 0.0);
/// ```
#[derive(Debug)]
pub struct Tanh;

impl<T: Real> Pointwise<T> for Tanh {
    const KNOWN: Option<Known> = Some(Known::Tanh);
    #[inline(always)]
    fn f(x: T) -> T {
        math::tanh(x)
    }
    #[inline(always)]
    fn df(x: T) -> T {
        Self::df_at(Self::f(x))
    }
}

impl<T: Real> FromOutput<T> for Tanh {
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = Some(KnownFromOutput::Tanh);
    #[inline(always)]
    fn df_at(y: T) -> T {
        T::one() - y * y
    }
}

super::no_params!(Tanh = Tanh);
super::pointwise_layer!(Tanh, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // tanh(ln 2) = 3 / 5
        let mut y = vector![0.0, 0.0, 0.0];
        Tanh.forward(&vector![0.0, math::ln(2.0), -math::ln(2.0)], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(y, vector![0.0, 0.6, -0.6], max_relative = 1e-12);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Tanh, &mut matrix![-4.0, -1.0, 0.0; -0.3, 0.7, 3.5], Pass::infer()).unwrap();
    }
}
