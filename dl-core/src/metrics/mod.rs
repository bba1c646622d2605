//! How good a network is: numbers for people, gathered sample by sample, without a heap.
//!
//! | metric | output | target |
//! |---|---|---|
//! | [`Accuracy`], [`TopK`], [`Confusion`] | logits or probabilities | a class, or one a step |
//! | [`Perplexity`] | logits | a token a step |
//! | [`BinaryAccuracy`] | numbers | 0 or 1 (or −1 or 1), number by number |
//! | [`Mae`], [`R2`] | numbers | numbers |
//! | `GridMeanAp` (feature `alloc`) | a [`Grid`](crate::detect::Grid) of cells | objects in an image |
//! | [`Bleu`] | words | words of one reference or more |
//! | [`roc_auc`], [`average_precision`], [`iou`](iou()), `MeanAp` | slices of scores, boxes, detections | |
//!
//! A metric is a small value (but [`Confusion`] holds `C²` counts). [`Metric::update`] takes one chunk in, of which
//! the live samples and the valid steps count; [`Score::value`] is the result so far, NaN before anything was counted.
//! A tuple of metrics of one output is a metric; [`On`] picks the output of a network that has several.
//!
//! ```
//! use dl_core::metrics::{Accuracy, Metric, Score, TopK};
//! use dl_core::{Pass, nalgebra::matrix};
//!
//! let mut metrics = (Accuracy::new(), TopK::<2>::new());
//! let logits = matrix![3.0_f32, 0.0; 2.0, 1.0; 1.0, 2.0]; // two samples of three classes
//! metrics.update(&logits, &[[0], [1]], Pass::<2>::infer());
//! assert_eq!((metrics.0.value(), metrics.1.value()), (0.5, 1.0));
//! ```

use nalgebra::SMatrix;

use crate::{Pass, Real, Signal};

mod accuracy;
mod argmax;
mod average_precision;
mod binary_accuracy;
mod bleu;
mod confusion;
mod iou;
mod mae;
#[cfg(feature = "alloc")]
mod mean_ap;
mod on;
mod perplexity;
mod r2;
mod roc_auc;
mod top_k;
mod tuples;

pub use accuracy::Accuracy;
pub use argmax::argmax;
pub use average_precision::average_precision;
pub use binary_accuracy::BinaryAccuracy;
pub use bleu::Bleu;
pub use confusion::{Average, Confusion};
pub use iou::iou;
pub use mae::Mae;
#[cfg(feature = "alloc")]
pub use mean_ap::{GridMeanAp, MeanAp};
pub use on::On;
pub use perplexity::Perplexity;
pub use r2::R2;
pub use roc_auc::roc_auc;
pub use top_k::TopK;

/// The result of a metric.
///
/// ```
/// use dl_core::metrics::{Accuracy, Score};
///
/// let mut accuracy = Accuracy { right: 3, seen: 4, ..Accuracy::new() };
/// accuracy.report(&mut |name, value| assert_eq!((name, value), ("accuracy", 0.75)));
/// accuracy.reset();
/// assert!(accuracy.value().is_nan() && Accuracy::<1>::HIGHER_IS_BETTER);
/// ```
pub trait Score {
    /// What it is called, in a progress line.
    const NAME: &'static str;
    /// Whether a higher value is a better one: what early stopping wants to know.
    const HIGHER_IS_BETTER: bool;

    /// The result of what was taken in since the last [`reset`](Score::reset). NaN if that was nothing.
    fn value(&self) -> f64;

    /// Forgets what was taken in; settings stay.
    fn reset(&mut self);

    /// Shows name and value, or those of every part of a tuple.
    fn report(&self, show: &mut dyn FnMut(&'static str, f64)) {
        show(Self::NAME, self.value());
    }
}

/// A [`Score`] that is gathered from outputs `Y` and targets, chunk by chunk.
///
/// ```
/// use dl_core::metrics::{Mae, Metric, Score};
/// use dl_core::{Pass, nalgebra::matrix};
///
/// let mut mae = Mae::new();
/// // two samples of one number; only the first counts
/// mae.update(&matrix![2.0_f32, 9.0], &matrix![1.0, 0.0], Pass::<2>::infer().chunk(0, 1));
/// assert_eq!(mae.value(), 1.0);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no metric of outputs `{Y}` against targets `{Target}`",
    label = "does not fit this output and target"
)]
pub trait Metric<T: Real, Y: Signal, Target: Signal>: Score {
    /// Takes in a chunk: its first `pass.live()` samples and their valid steps.
    fn update<'a, const B: usize>(
        &mut self,
        y: Y::Ref<'_, T, B>,
        target: Target::Ref<'_, T, B>,
        pass: Pass<'a, B, Y::Lens<'a, B>>,
    );
}

/// Part of a whole, NaN if there is none.
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Calls `f` with the scores and the target of every step that counts.
fn for_each_step<T: Real, const N: usize, const STEPS: usize, const B: usize>(
    y: &SMatrix<T, N, B>,
    targets: &[[u16; STEPS]; B],
    ignore_index: Option<u16>,
    pass: Pass<'_, B>,
    mut f: impl FnMut(&[T], usize),
) {
    const { assert!(STEPS > 0 && N.is_multiple_of(STEPS), "the output does not have as many steps as the metric") }
    let classes = N / STEPS;
    for (b, targets) in targets.iter().enumerate().take(pass.live()) {
        for (step, &target) in targets.iter().enumerate().take(pass.lens().steps(b, STEPS)) {
            if Some(target) != ignore_index {
                f(&y.data.0[b][step * classes..(step + 1) * classes], usize::from(target));
            }
        }
    }
}

/// Calls `f` with every number that counts, its target, and its place within its step.
fn for_each_number<T: Real, const N: usize, const STEPS: usize, const B: usize>(
    y: &SMatrix<T, N, B>,
    target: &SMatrix<T, N, B>,
    pass: Pass<'_, B>,
    mut f: impl FnMut(T, T, usize),
) {
    const { assert!(STEPS > 0 && N.is_multiple_of(STEPS), "the output does not have as many steps as the metric") }
    let width = N / STEPS;
    for b in 0..pass.live() {
        let valid = pass.lens().steps(b, STEPS) * width;
        for i in 0..valid {
            f(y.data.0[b][i], target.data.0[b][i], i % width);
        }
    }
}
