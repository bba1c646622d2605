//! Piecewise linear hyperbolic tangent. PyTorch: `nn.Hardtanh`.

use crate::kernels::map::{Known, KnownFromOutput};
use crate::{FromOutput, Pointwise, Real};

/// Piecewise linear hyperbolic tangent. PyTorch: `nn.Hardtanh`.
///
/// - forward:  `y = −1` where `x ≤ −1`, 1 where `x ≥ 1`, else `x`
/// - backward: `dx = dy` where `−1 < y < 1`, else 0
///
/// At the kinks the derivative is 0, as in PyTorch. Computed in place where possible.
///
/// ```
/// use dl_core::{Pointwise, layers::HardTanh};
///
/// assert_eq!((HardTanh::f(-4.0), HardTanh::f(0.5), HardTanh::f(4.0)), (-1.0, 0.5, 1.0));
/// ```
#[doc(alias = "Hardtanh")]
#[derive(Debug)]
pub struct HardTanh;

impl<T: Real> Pointwise<T> for HardTanh {
    const KNOWN: Option<Known> = Some(Known::HardTanh);
    const SLOPE_BELOW: Option<f32> = Some(1.0);
    #[inline(always)]
    fn f(x: T) -> T {
        super::limit(x, -T::one(), T::one())
    }
    #[inline(always)]
    fn df(x: T) -> T {
        Self::df_at(x)
    }
}

impl<T: Real> FromOutput<T> for HardTanh {
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = Some(KnownFromOutput::HardTanh);
    #[inline(always)]
    fn df_at(y: T) -> T {
        if y > -T::one() && y < T::one() { T::one() } else { T::zero() }
    }
}

super::no_params!(HardTanh = HardTanh);
super::pointwise_layer!(HardTanh, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        HardTanh.forward(&vector![-5.0, -1.0, 0.25, 1.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![-1.0, -1.0, 0.25, 1.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut HardTanh, &mut matrix![-4.0, 0.2; -0.9, 1.7], Pass::infer()).unwrap();
    }
}
