//! Scaled exponential linear unit. PyTorch: `nn.SELU`.

use crate::kernels::map::{Known, KnownFromOutput};
use crate::{FromOutput, Pointwise, Real, math};

const ALPHA: f64 = 1.673_263_242_354_377_2;
const SCALE: f64 = 1.050_700_987_355_480_5;

/// Scaled exponential linear unit. PyTorch: `nn.SELU`.
///
/// - forward:  `y = λ x` where `x > 0`, else `λ α (eˣ − 1)`
/// - backward: `dx = λ dy` where `y > 0`, else `(y + λ α) dy`
///
/// With `λ ≈ 1.0507` and `α ≈ 1.6733` mean 0 and variance 1 are a fixed point from layer to layer, if the weights
/// start with [`lecun_normal`](crate::init::lecun_normal). At the kink the derivative is `λ α`, as in PyTorch. Computed
/// in place where possible. Klambauer, Unterthiner, Mayr, Hochreiter: *Self-normalizing neural networks* (2017).
///
/// ```
/// use dl_core::{Pointwise, layers::Selu};
///
/// assert!((Selu::f(2.0_f64) - 2.101401974710961).abs() < 1e-14);
/// assert!((Selu::f(-1.0_f64) + 1.1113307378125625).abs() < 1e-14);
/// ```
#[doc(alias = "SELU")]
#[derive(Debug)]
pub struct Selu;

impl<T: Real> Pointwise<T> for Selu {
    const KNOWN: Option<Known> = Some(Known::Selu);
    #[inline(always)]
    fn f(x: T) -> T {
        if x > T::zero() { T::of(SCALE) * x } else { T::of(SCALE * ALPHA) * math::exp_m1(x) }
    }
    #[inline(always)]
    fn df(x: T) -> T {
        if x > T::zero() { T::of(SCALE) } else { T::of(SCALE * ALPHA) * math::exp(x) }
    }
}

impl<T: Real> FromOutput<T> for Selu {
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = Some(KnownFromOutput::Selu);
    #[inline(always)]
    fn df_at(y: T) -> T {
        if y > T::zero() { T::of(SCALE) } else { y + T::of(SCALE * ALPHA) }
    }
}

super::no_params!(Selu = Selu);
super::pointwise_layer!(Selu, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // e^(−ln 2) − 1 = −1/2
        let mut y = vector![9.0, 9.0, 9.0];
        Selu.forward(&vector![-math::ln(2.0), 0.0, 1.0], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(
            y,
            vector![-0.5 * 1.7580993408473766, 0.0, 1.0507009873554805],
            max_relative = 1e-12
        );
    }

    #[test]
    fn a_normal_value_keeps_mean_and_variance() {
        let (mut rng, n) = (crate::Rng::new(1), 100_000);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let y = Selu::f(rng.normal());
            sum += y;
            squares += y * y;
        }
        let (mean, square) = (sum / n as f64, squares / n as f64);
        assert!(mean.abs() < 0.01 && (square - 1.0).abs() < 0.02, "mean {mean}, mean square {square}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Selu, &mut matrix![-4.0, 1.0; -0.3, 0.7], Pass::infer()).unwrap();
    }
}
