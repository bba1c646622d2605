//! Binary cross-entropy from logits. PyTorch: `nn.BCEWithLogitsLoss`.

use super::Elementwise;
use crate::{Real, math};

/// Binary cross-entropy from logits, the mean over all numbers of all samples, as PyTorch's `BCEWithLogitsLoss`.
///
/// The target `t` is in `[0, 1]`, `σ(y)` is the predicted probability, `w` is `pos_weight`:
///
/// - value:    `mean −(w t ln σ(y) + (1 − t) ln(1 − σ(y)))`
/// - gradient: `dy = ((1 − t) σ(y) − w t σ(−y)) / count`
///
/// `−ln σ(y)` is `softplus(−y)`, which overflows for no logit.
///
/// Of padded sequences write [`Steps<STEPS, BinaryCrossEntropy>`](super::Steps); plain it gives NaN for them.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Loss, Pass, loss::BinaryCrossEntropy};
///
/// let mut dy = vector![0.0, 0.0];
/// let value = BinaryCrossEntropy::new().value_and_grad(
///     &vector![0.0, 1e4], &vector![1.0, 1.0], Some(&mut dy), 2.0, Pass::<1>::infer());
/// assert_eq!((value, dy), (0.5 * core::f64::consts::LN_2, vector![-0.25, 0.0]));
/// ```
#[doc(alias = "BCEWithLogitsLoss")]
#[doc(alias = "BCELoss")]
#[derive(Clone, Copy, Debug)]
pub struct BinaryCrossEntropy {
    /// How much more a positive target weighs than a negative one (1: the same). The mean is not divided by it.
    pub pos_weight: f64,
}

impl BinaryCrossEntropy {
    /// PyTorch's default: `pos_weight` is 1.
    ///
    /// ```
    /// assert_eq!(dl_core::loss::BinaryCrossEntropy::new().pos_weight, 1.0);
    /// ```
    pub const fn new() -> Self {
        BinaryCrossEntropy { pos_weight: 1.0 }
    }
}

impl Default for BinaryCrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Elementwise<T> for BinaryCrossEntropy {
    #[inline(always)]
    fn term(&self, y: T, t: T) -> (T, T) {
        let (zero, one) = (T::zero(), T::one());
        let (negative, positive) = (one - t, T::of(self.pos_weight) * t);
        // The one exponential, of -|y|, gives softplus and sigmoid of both y and -y.
        let e = math::exp(-y.abs());
        let (tail, large) = (math::ln_1p(e), one / (one + e));
        let (up, down) = if y < zero { (zero, -y) } else { (y, zero) };
        let (sigma, rest) = if y < zero { (e * large, large) } else { (large, e * large) };
        (negative * (up + tail) + positive * (down + tail), negative * sigma - positive * rest)
    }
}

super::elementwise_loss!(BinaryCrossEntropy);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::loss::testing::{check_gradient, check_shares, close, column};
    use crate::{Loss, Pass};

    #[test]
    fn by_hand() {
        let loss = BinaryCrossEntropy { pos_weight: 3.0 };
        let mut dy = vector![9.0, 9.0, 9.0];
        let value = loss.value_and_grad(
            &vector![0.0, 0.0, 0.0],
            &vector![0.0, 1.0, 0.5],
            Some(&mut dy),
            3.0,
            Pass::<1>::infer(),
        );
        close(value, 2.0 * core::f64::consts::LN_2);
        assert_eq!(dy, vector![0.5, -1.5, -0.5] / 3.0);
    }

    #[test]
    fn large_logits_overflow_nothing() {
        let loss = BinaryCrossEntropy::new();
        for (y, t, value, slope) in
            [(1e4_f32, 0.0, 1e4, 1.0), (1e4, 1.0, 0.0, 0.0), (-1e4, 1.0, 1e4, -1.0), (-1e4, 0.0, 0.0, 0.0)]
        {
            assert_eq!(loss.term(y, t), (value, slope), "logit {y}, target {t}");
        }
        assert!(loss.term(f32::NAN, 1.0).0.is_nan());
    }

    #[test]
    fn gradients_match_finite_differences_and_shares_add_up() {
        let (y, target) = (matrix![0.3, -2.0, 1.7; -0.7, 0.4, 0.1], matrix![1.0, 0.0, 0.3; 0.0, 1.0, 0.6]);
        for pos_weight in [1.0, 2.5] {
            let loss = BinaryCrossEntropy { pos_weight };
            check_gradient(&loss, &y, &target, Pass::infer().chunk(0, 2));
            check_gradient(&loss, &y, &target, Pass::infer());
            check_shares(&loss, &y, &target, None, |b| column(&target, b));
        }
    }
}
