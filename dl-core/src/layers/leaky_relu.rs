//! Rectified linear unit with a slope on the negative side. PyTorch: `nn.LeakyReLU`.

use crate::{FromOutput, Pointwise, Real};

/// Rectified linear unit with a slope on the negative side. PyTorch: `nn.LeakyReLU`.
///
/// Written `LeakyRelu` (slope 0.01) or `LeakyRelu<0.2>` in a network.
///
/// - forward:  `y = x` where `x > 0`, else `a x`
/// - backward: `dx = dy` where `y > 0`, else `a dy`
///
/// `a = NUM / DEN`, PyTorch's `negative_slope`, is not negative, so `y` has the sign of `x`. At the kink the derivative
/// is `a`, as in PyTorch. Computed in place where possible. Maas, Hannun, Ng: *Rectifier nonlinearities improve
/// neural network acoustic models* (2013).
///
/// ```
/// use dl_core::{Pointwise, layers::LeakyRelu};
///
/// assert_eq!((<LeakyRelu>::f(-2.0), <LeakyRelu>::f(3.0)), (-0.02, 3.0));
/// assert_eq!(LeakyRelu::<1, 5>::f(-2.0), -0.4);
/// ```
#[doc(alias = "LeakyReLU")]
#[doc(alias = "negative_slope")]
#[derive(Debug)]
pub struct LeakyRelu<const NUM: u32 = 1, const DEN: u32 = 100>;

impl<const NUM: u32, const DEN: u32> LeakyRelu<NUM, DEN> {
    /// The slope on the negative side.
    ///
    /// ```
    /// assert_eq!(dl_core::layers::LeakyRelu::<1, 5>::SLOPE, 0.2);
    /// ```
    pub const SLOPE: f64 = super::ratio(NUM, DEN);
}

impl<T: Real, const NUM: u32, const DEN: u32> Pointwise<T> for LeakyRelu<NUM, DEN> {
    const SLOPE_BELOW: Option<f32> = Some(Self::SLOPE as f32);
    #[inline(always)]
    fn f(x: T) -> T {
        if x > T::zero() { x } else { T::of(Self::SLOPE) * x }
    }
    #[inline(always)]
    fn df(x: T) -> T {
        Self::df_at(x)
    }
}

impl<T: Real, const NUM: u32, const DEN: u32> FromOutput<T> for LeakyRelu<NUM, DEN> {
    #[inline(always)]
    fn df_at(y: T) -> T {
        if y > T::zero() { T::one() } else { T::of(Self::SLOPE) }
    }
}

super::no_params!([const NUM: u32, const DEN: u32] LeakyRelu<NUM, DEN> = LeakyRelu);
super::pointwise_layer!([const NUM: u32, const DEN: u32] LeakyRelu<NUM, DEN>, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        let mut y = vector![9.0, 9.0, 9.0];
        LeakyRelu::<1, 4>.forward(&vector![-8.0, 0.0, 3.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![-2.0, 0.0, 3.0]);
    }

    #[test]
    fn the_slope_is_the_one_written() {
        assert_eq!(<LeakyRelu>::SLOPE, 0.01);
        assert_eq!(LeakyRelu::<0, 1>::f(-3.0), 0.0);
        // at the kink PyTorch takes the negative side
        assert_eq!(<LeakyRelu>::df(0.0), 0.01);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut LeakyRelu::<1, 4>, &mut matrix![-4.0, 1.0; -0.3, 0.7], Pass::infer()).unwrap();
    }
}
