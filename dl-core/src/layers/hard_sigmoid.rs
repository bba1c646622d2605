//! Piecewise linear sigmoid. PyTorch: `nn.Hardsigmoid`.

use crate::kernels::map::{Known, KnownFromOutput};
use crate::{FromOutput, Pointwise, Real};

/// Piecewise linear sigmoid. PyTorch: `nn.Hardsigmoid`.
///
/// - forward:  `y = 0` where `x ≤ −3`, 1 where `x ≥ 3`, else `(x + 3) / 6`
/// - backward: `dx = dy / 6` where `0 < y < 1`, else 0
///
/// At the kinks the derivative is 0, as in PyTorch (which rounds the 1/6 of its `float64` backward to single precision,
/// as of 2.15). Computed in place where possible. Howard and others: *Searching for MobileNetV3* (2019).
///
/// ```
/// use dl_core::{Pointwise, layers::HardSigmoid};
///
/// assert_eq!((HardSigmoid::f(-4.0), HardSigmoid::f(0.0), HardSigmoid::f(4.0)), (0.0, 0.5, 1.0));
/// ```
#[doc(alias = "Hardsigmoid")]
#[derive(Debug)]
pub struct HardSigmoid;

impl<T: Real> Pointwise<T> for HardSigmoid {
    const KNOWN: Option<Known> = Some(Known::HardSigmoid);
    #[inline(always)]
    fn f(x: T) -> T {
        super::limit(x + T::of(3.0), T::zero(), T::of(6.0)) / T::of(6.0)
    }
    #[inline(always)]
    fn df(x: T) -> T {
        Self::df_at(Self::f(x))
    }
}

impl<T: Real> FromOutput<T> for HardSigmoid {
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = Some(KnownFromOutput::HardSigmoid);
    #[inline(always)]
    fn df_at(y: T) -> T {
        if y > T::zero() && y < T::one() { T::of(1.0 / 6.0) } else { T::zero() }
    }
}

super::no_params!(HardSigmoid = HardSigmoid);
super::pointwise_layer!(HardSigmoid, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        HardSigmoid.forward(&vector![-5.0, -3.0, 1.5, 3.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.0, 0.0, 0.75, 1.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut HardSigmoid, &mut matrix![-4.0, 1.0; -2.3, 3.7], Pass::infer()).unwrap();
    }
}
