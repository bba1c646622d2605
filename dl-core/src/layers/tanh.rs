//! Hyperbolic tangent. PyTorch: `nn.Tanh`.
//!
//! - forward:  `y = tanh x`
//! - backward: `dx = (1 − y²) dy`
//!
//! Computed in place where possible.

use crate::{FromOutput, Pointwise, Real, math};

/// `tanh x`
///
/// ```
/// use dl_core::{Pointwise, layers::Tanh};
///
/// assert_eq!(Tanh::f(0.0_f32), 0.0);
/// ```
#[derive(Debug)]
pub struct Tanh;

impl<T: Real> Pointwise<T> for Tanh {
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
    #[inline(always)]
    fn df_at(y: T) -> T {
        T::one() - y * y
    }
}

super::no_params!(Tanh = Tanh);
super::pointwise_layer!(Tanh, y);
