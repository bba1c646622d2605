//! Perplexity of a model of sequences.

use nalgebra::SMatrix;

use super::{Metric, Score, for_each_step};
use crate::kernels::softmax;
use crate::{Pass, Real, Tokens, Vals, math};

/// Among how many equally likely tokens the model seems to choose: `exp` of the mean of `−ln softmax(z)_k`, over all
/// targets `k` that count.
///
/// The output is `[C]` logits and the target a class, or with `STEPS` `[STEPS, C]` and a token a step. The mean is over
/// tokens, whatever their sequences' lengths, so it is `exp` of the [`CrossEntropy`](crate::loss::CrossEntropy) of the same
/// data. A target that is no class makes it NaN.
///
/// ```
/// use dl_core::metrics::{Metric, Perplexity, Score};
/// use dl_core::{Pass, nalgebra::vector};
///
/// let mut perplexity = Perplexity::<2>::DEFAULT;
/// perplexity.update(&vector![0.5_f32, 0.5, -1.0, -1.0], &[[1, 0]], Pass::<1>::infer());
/// assert!((perplexity.value() - 2.0).abs() < 1e-6); // it knows nothing
///
/// let without_padding = Perplexity::<20> { ignore_index: Some(0), ..Perplexity::DEFAULT };
/// # let _ = without_padding;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perplexity<const STEPS: usize = 1> {
    /// A target with this index does not count.
    pub ignore_index: Option<u16>,
    /// The summed cross-entropy of all targets.
    pub nats: f64,
    /// How many there were.
    pub seen: u64,
}

impl Perplexity {
    /// For one class a sample.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::Perplexity::new().seen, 0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Perplexity<STEPS> {
    /// For `STEPS` tokens a sample.
    ///
    /// ```
    /// use dl_core::metrics::Perplexity;
    ///
    /// let without_padding = Perplexity::<20> { ignore_index: Some(0), ..Perplexity::DEFAULT };
    /// assert_eq!(without_padding.seen, 0);
    /// ```
    pub const DEFAULT: Self = Perplexity { ignore_index: None, nats: 0.0, seen: 0 };
}

impl<const STEPS: usize> Default for Perplexity<STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Score for Perplexity<STEPS> {
    const NAME: &'static str = "perplexity";
    const HIGHER_IS_BETTER: bool = false;

    fn value(&self) -> f64 {
        math::exp(self.nats / self.seen as f64)
    }

    fn reset(&mut self) {
        *self = Perplexity { ignore_index: self.ignore_index, ..Self::DEFAULT };
    }
}

impl<T: Real, const N: usize, const STEPS: usize> Metric<T, Vals<N>, Tokens<STEPS>> for Perplexity<STEPS> {
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        targets: &[[u16; STEPS]; B],
        pass: Pass<'a, B>,
    ) {
        for_each_step(y, targets, self.ignore_index, pass, |logits, target| {
            let (max, ln_sum) = softmax(pass.isa(), logits, None, T::one());
            self.seen += 1;
            self.nats += logits.get(target).map_or(f64::NAN, |&z| (max + ln_sum - z).to_f64());
        });
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::SMatrix;

    use super::*;
    use crate::loss::{CrossEntropy, Loss};
    use crate::{Lens, Rng};

    #[test]
    fn it_is_the_exponential_of_the_cross_entropy_of_what_counts() {
        let mut rng = Rng::new(1);
        let y = SMatrix::<f64, 12, 2>::from_fn(|_, _| rng.normal());
        let (targets, valid) = ([[0, 3, 2], [3, 1, 99]], [3, 2]); // the 99 is padding
        let pass = Pass::<2>::infer().with_lens(Lens::of(&valid));
        for ignore_index in [None, Some(3)] {
            let loss = CrossEntropy::<3> { ignore_index, ..CrossEntropy::DEFAULT };
            let mut perplexity = Perplexity::<3> { ignore_index, ..Perplexity::DEFAULT };
            perplexity.update(&y, &targets, pass);
            let total = Loss::<f64, Vals<12>>::count(&loss, &targets, pass);
            let nats = loss.value_and_grad(&y, &targets, None, total, pass);
            assert_eq!(perplexity.seen as f64, total);
            assert!((perplexity.value() - nats.exp()).abs() < 1e-12);
        }
    }

    #[test]
    fn chunks_add_up_and_a_reset_keeps_the_setting() {
        let mut perplexity = Perplexity { ignore_index: Some(9), ..Perplexity::new() };
        assert!(perplexity.value().is_nan());
        let y = SMatrix::<f32, 4, 2>::zeros();
        perplexity.update(&y, &[[1], [9]], Pass::infer());
        perplexity.update(&y, &[[3], [0]], Pass::<2>::infer().chunk(2, 1));
        assert!((perplexity.value() - 4.0).abs() < 1e-6 && perplexity.seen == 2);
        perplexity.update(&y, &[[4], [0]], Pass::infer());
        assert!(perplexity.value().is_nan(), "4 is no class");
        perplexity.reset();
        assert_eq!(perplexity, Perplexity { ignore_index: Some(9), ..Perplexity::new() });
    }
}
