//! Exponential linear unit. PyTorch: `nn.ELU`.

use crate::{FromOutput, Pointwise, Real, math};

/// Exponential linear unit. PyTorch: `nn.ELU`.
///
/// Written `Elu` (α = 1) or `Elu<0.5>` in a network.
///
/// - forward:  `y = x` where `x > 0`, else `α (eˣ − 1)`
/// - backward: `dx = dy` where `y > 0`, else `(y + α) dy`
///
/// `α = NUM / DEN` is 1 by default; with another one there is a kink at 0, where the derivative is `α`, as in
/// PyTorch. Computed in place where possible. Clevert, Unterthiner, Hochreiter: *Fast and accurate deep network
/// learning by exponential linear units (ELUs)* (2015).
///
/// ```
/// use dl_core::{Pointwise, layers::Elu};
///
/// assert_eq!(<Elu>::f(2.0), 2.0);
/// assert!((<Elu>::f(-1.0_f64) + 0.6321205588285577).abs() < 1e-15);
/// ```
#[doc(alias = "ELU")]
#[derive(Debug)]
pub struct Elu<const NUM: u32 = 1, const DEN: u32 = 1>;

impl<const NUM: u32, const DEN: u32> Elu<NUM, DEN> {
    /// Minus the value that is approached on the negative side.
    ///
    /// ```
    /// assert_eq!(dl_core::layers::Elu::<1, 2>::ALPHA, 0.5);
    /// ```
    pub const ALPHA: f64 = super::ratio(NUM, DEN);
}

impl<T: Real, const NUM: u32, const DEN: u32> Pointwise<T> for Elu<NUM, DEN> {
    #[inline(always)]
    fn f(x: T) -> T {
        if x > T::zero() { x } else { T::of(Self::ALPHA) * math::exp_m1(x) }
    }
    #[inline(always)]
    fn df(x: T) -> T {
        if x > T::zero() { T::one() } else { T::of(Self::ALPHA) * math::exp(x) }
    }
}

impl<T: Real, const NUM: u32, const DEN: u32> FromOutput<T> for Elu<NUM, DEN> {
    #[inline(always)]
    fn df_at(y: T) -> T {
        if y > T::zero() { T::one() } else { y + T::of(Self::ALPHA) }
    }
}

super::no_params!([const NUM: u32, const DEN: u32] Elu<NUM, DEN> = Elu);
super::pointwise_layer!([const NUM: u32, const DEN: u32] Elu<NUM, DEN>, y);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Layer, Pass, gradcheck};

    #[test]
    fn forward_by_hand() {
        // e^(−ln 2) − 1 = −1/2
        let mut y = vector![9.0, 9.0, 9.0];
        Elu::<3, 1>.forward(&vector![-math::ln(2.0), 0.0, 3.0], &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(y, vector![-1.5, 0.0, 3.0], max_relative = 1e-12);
    }

    #[test]
    fn the_default_has_no_kink() {
        assert_eq!((<Elu>::df(0.0), <Elu>::df(1e-300)), (1.0, 1.0));
        assert_eq!(Elu::<1, 2>::df(0.0), 0.5);
    }

    #[test]
    fn gradients_match_finite_differences() {
        gradcheck::layer(&mut Elu::<1, 2>, &mut matrix![-4.0, 1.0; -0.3, 0.7], Pass::infer()).unwrap();
    }
}
