//! Which samples a classifier gets most wrong.

use dl_core::kernels::{Isa, softmax};
use dl_core::{Real, metrics};

/// A sample that was taken for another class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mistake {
    /// Which sample.
    pub index: usize,
    /// Its class.
    pub truth: u16,
    /// The class it was taken for.
    pub predicted: u16,
    /// Its cross-entropy: the larger, the surer the network was. Infinite where the logits make it no number.
    pub loss: f64,
}

/// The worst mistakes of a classifier: the wrongly classified samples with the largest loss.
///
/// ```
/// use dl_host::report::Mistakes;
///
/// let mut mistakes = Mistakes::new(2);
/// let (logits, labels) = ([[0.0, 1.0], [0.0, 9.0], [0.0, 5.0], [7.0, 0.0]], [0, 0, 0, 0]);
/// // with a trainer: trainer.predict_each(&images, |i, y| mistakes.see(i, y, labels[i]))?;
/// for (i, logits) in logits.iter().enumerate() {
///     mistakes.see(i, logits, labels[i]);
/// }
/// let worst = mistakes.worst();
/// assert_eq!((worst[0].index, worst[0].predicted, worst[1].index), (1, 1, 2));
/// assert_eq!(mistakes.count(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Mistakes {
    keep: usize,
    worst: Vec<Mistake>,
    count: usize,
}

impl Mistakes {
    /// To keep the `keep` worst.
    ///
    /// ```
    /// assert!(dl_host::report::Mistakes::new(25).worst().is_empty());
    /// ```
    pub fn new(keep: usize) -> Self {
        Mistakes { keep, worst: Vec::new(), count: 0 }
    }

    /// Takes in sample `index`: its logits and its class. An output that is all NaN predicts nothing, and is left out.
    ///
    /// ```
    /// # use dl_host::report::Mistakes;
    /// let mut mistakes = Mistakes::new(25);
    /// mistakes.see(0, &[0.0, 0.0, 1.0], 2); // is right
    /// assert_eq!(mistakes.count(), 0);
    /// ```
    pub fn see<T: Real>(&mut self, index: usize, logits: &[T], truth: u16) {
        let Some(predicted) = metrics::argmax(logits) else { return };
        if predicted == usize::from(truth) {
            return;
        }
        self.count += 1;
        let (max, log) = softmax(Isa::best(), logits, None, T::one());
        // A class that the network does not know is never right.
        let of_truth = logits.get(usize::from(truth)).map_or(f64::NEG_INFINITY, |z| z.to_f64());
        let loss = log.to_f64() + max.to_f64() - of_truth;
        let loss = if loss.is_nan() { f64::INFINITY } else { loss }; // of infinite logits: as wrong as can be
        let mistake = Mistake { index, truth, predicted: predicted as u16, loss };
        let at = self.worst.partition_point(|other| other.loss >= loss);
        if at < self.keep {
            self.worst.truncate(self.keep - 1);
            self.worst.insert(at, mistake);
        }
    }

    /// The worst, the largest loss first.
    ///
    /// ```
    /// # use dl_host::report::Mistakes;
    /// let mut mistakes = Mistakes::new(25);
    /// mistakes.see(7, &[0.0, 0.0, 1.0], 1);
    /// assert_eq!((mistakes.worst()[0].index, mistakes.worst()[0].predicted), (7, 2));
    /// ```
    pub fn worst(&self) -> &[Mistake] {
        &self.worst
    }

    /// How many mistakes there were, kept or not.
    ///
    /// ```
    /// assert_eq!(dl_host::report::Mistakes::new(25).count(), 0);
    /// ```
    pub fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_is_the_cross_entropy_of_the_true_class() {
        let mut mistakes = Mistakes::new(9);
        mistakes.see(0, &[0.0_f64, 2.0, 1.0], 2);
        let expected = (1.0 + 1_f64.exp() + (-1_f64).exp()).ln();
        assert!((mistakes.worst()[0].loss - expected).abs() < 1e-12);
        mistakes.see(1, &[1e4_f32, 0.0], 1);
        assert_eq!(mistakes.worst()[0].loss, 1e4);
        mistakes.see(2, &[1.0_f32, 0.0], 5);
        assert_eq!((mistakes.worst()[0].index, mistakes.worst()[0].loss), (2, f64::INFINITY));
    }

    #[test]
    fn infinite_logits_are_the_worst_mistake_and_keep_the_order() {
        let mut mistakes = Mistakes::new(3);
        mistakes.see(0, &[3.0_f32, 0.0], 1);
        mistakes.see(1, &[f32::INFINITY, f32::INFINITY], 1);
        mistakes.see(2, &[5.0, 0.0], 1);
        mistakes.see(3, &[f32::NEG_INFINITY, f32::NAN, 0.0], 1);
        let order = mistakes.worst().iter().map(|mistake| mistake.index).collect::<Vec<_>>();
        assert_eq!(order, [1, 3, 2]);
        assert_eq!(mistakes.worst()[0].loss, f64::INFINITY);
    }

    #[test]
    fn the_largest_losses_stay_in_order_whatever_comes_when() {
        let mut losses = (0..20).map(|i| ((i * 7) % 20) as f32).collect::<Vec<_>>();
        let mut mistakes = Mistakes::new(4);
        for (i, &logit) in losses.iter().enumerate() {
            mistakes.see(i, &[logit + 1.0, 0.0], 1);
        }
        losses.sort_by(|a, b| b.total_cmp(a));
        let kept = mistakes.worst().iter().map(|m| (m.index * 7 % 20) as f32).collect::<Vec<_>>();
        assert_eq!((kept, mistakes.count()), (losses[..4].to_vec(), 20));
        let mut none = Mistakes::new(0);
        none.see(0, &[1.0_f32, 0.0], 1);
        assert_eq!((none.worst().len(), none.count()), (0, 1));
    }

    #[test]
    fn outputs_that_are_no_numbers_are_left_out() {
        let mut mistakes = Mistakes::new(4);
        mistakes.see(0, &[f32::NAN; 3], 0);
        assert_eq!(mistakes.count(), 0);
    }
}
