//! Rectified linear unit. PyTorch: `nn.ReLU`.

use crate::kernels::map::{Known, KnownFromOutput};
use crate::{FromOutput, Pointwise, Real};

/// Rectified linear unit. PyTorch: `nn.ReLU`.
///
/// - forward:  `y = max(x, 0)`
/// - backward: `dx = dy` where `y > 0`, else 0
///
/// At the kink the derivative is 0, as in PyTorch. NaN stays NaN. Computed in place where possible.
///
/// ```
/// use dl_core::{Pointwise, layers::Relu};
///
/// assert_eq!((Relu::f(-2.0), Relu::f(3.0)), (0.0, 3.0));
/// ```
#[doc(alias = "ReLU")]
#[derive(Debug)]
pub struct Relu;

impl<T: Real> Pointwise<T> for Relu {
    const KNOWN: Option<Known> = Some(Known::Relu);
    const SLOPE_BELOW: Option<f32> = Some(0.0);
    #[inline(always)]
    fn f(x: T) -> T {
        if x < T::zero() { T::zero() } else { x }
    }
    #[inline(always)]
    fn df(x: T) -> T {
        Self::df_at(x)
    }
}

impl<T: Real> FromOutput<T> for Relu {
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = Some(KnownFromOutput::Relu);
    #[inline(always)]
    fn df_at(y: T) -> T {
        if y > T::zero() { T::one() } else { T::zero() }
    }
}

super::no_params!(Relu = Relu);
super::pointwise_layer!(Relu, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        let mut y = vector![1.0, 1.0, 1.0];
        Relu.forward(&vector![-8.0, 0.0, 3.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.0, 0.0, 3.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Relu, &mut matrix![-4.0, 1.0; -0.3, 0.7], Pass::infer()).unwrap();
    }
}
