//! Smooth rectifier. PyTorch: `nn.Softplus` with `beta = 1`.

use crate::kernels::map::{Known, KnownFromOutput};
use crate::{FromOutput, Pointwise, Real, math};

/// Smooth rectifier. PyTorch: `nn.Softplus` with `beta = 1`.
///
/// - forward:  `y = ln(1 + eˣ)`
/// - backward: `dx = (1 − e⁻ʸ) dy`, which is `σ(x) dy`
///
/// PyTorch returns `x` itself above `threshold = 20`, where the difference is below 3e-9. It does not overflow for any
/// finite `x`. Computed in place where possible.
///
/// ```
/// use dl_core::{Pointwise, layers::Softplus};
///
/// assert!((Softplus::f(0.0_f64) - 0.6931471805599453).abs() < 1e-15);
/// assert_eq!(Softplus::f(1000.0_f32), 1000.0);
/// ```
#[derive(Debug)]
pub struct Softplus;

impl<T: Real> Pointwise<T> for Softplus {
    const KNOWN: Option<Known> = Some(Known::Softplus);
    #[inline(always)]
    fn f(x: T) -> T {
        math::softplus(x)
    }
    #[inline(always)]
    fn df(x: T) -> T {
        math::sigmoid(x)
    }
}

impl<T: Real> FromOutput<T> for Softplus {
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = Some(KnownFromOutput::Softplus);
    #[inline(always)]
    fn df_at(y: T) -> T {
        -math::exp_m1(-y)
    }
}

super::no_params!(Softplus = Softplus);
super::pointwise_layer!(Softplus, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // ln(1 + e^(ln 3)) = ln 4
        let mut y = vector![9.0, 9.0, 9.0];
        Softplus.forward(&vector![0.0, math::ln(3.0), -1e3], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(y, vector![math::ln(2.0), math::ln(4.0), 0.0], max_relative = 1e-12);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Softplus, &mut matrix![-4.0, -1.0, 0.0; -0.3, 0.7, 3.5], Pass::infer())
            .unwrap();
    }
}
