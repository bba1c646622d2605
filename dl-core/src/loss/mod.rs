//! Losses and their gradients.
//!
//! Every loss is a mean over what counts in the *whole step*, however many chunks the step has: a trainer first adds
//! up [`Loss::count`] over the chunks and hands the total to every [`Loss::value_and_grad`].
//!
//! | output | target | loss |
//! |---|---|---|
//! | logits | a class, or one a step | [`CrossEntropy`], [`MultiMargin`] |
//! | logits | a distribution | [`SoftCrossEntropy`] |
//! | logits | probabilities, number by number | [`BinaryCrossEntropy`] |
//! | log-probabilities | a class | [`Nll`] |
//! | log-probabilities | a distribution | [`KlDiv`] |
//! | numbers | numbers | [`Mse`], [`Mae`], [`Huber`], one of your own ([`Elementwise`], or a closure) |
//! | a number | ±1 | [`Hinge`] |
//! | a grid of cells | objects in an image | [`GridDetection`] |
//! | a tuple | a tuple | a tuple of losses: their sum |
//!
//! Definitions and defaults are PyTorch's, with the reduction `'mean'`. Where nothing counts in a whole step (every
//! target is ignored, or weighs nothing), the loss is 0 and so is its gradient; PyTorch gives NaN there. Sums run in
//! the order of the samples and in the network's scalar.

use crate::{Pass, Real, Signal};

mod binary_cross_entropy;
mod classes;
mod closure;
mod cross_entropy;
mod elementwise;
mod grid_detection;
mod hinge;
mod huber;
mod kl_div;
mod mae;
mod mse;
mod multi_margin;
mod nll;
mod soft_cross_entropy;
#[cfg(test)]
mod testing;
mod tuples;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use classes::ClassWeights;
pub use cross_entropy::CrossEntropy;
pub use elementwise::{Elementwise, Steps};
pub use grid_detection::GridDetection;
pub use hinge::Hinge;
pub use huber::Huber;
pub use kl_div::KlDiv;
pub use mae::Mae;
pub use mse::Mse;
pub use multi_margin::MultiMargin;
pub use nll::Nll;
pub use soft_cross_entropy::SoftCrossEntropy;

use elementwise::elementwise_loss;
/// How far an output is from its target, and in which direction it should move.
///
/// Losses for a tuple of outputs are tuples of losses, whose values add up. A closure
/// `Fn(&[T], &[T], &mut [T]) -> T` of one sample's output, target and gradient (to be overwritten) is a loss too.
///
/// ```
/// use dl_core::nalgebra::matrix;
/// use dl_core::{Loss, Pass, Vals, loss::Mse};
///
/// // a step of two chunks of two samples; of the second chunk one sample counts
/// let (y, target) = (matrix![1.0_f32, 3.0], matrix![0.0, 0.0]);
/// let (a, b) = (Pass::<2>::infer(), Pass::<2>::infer().chunk(2, 1));
/// let total = Loss::<f32, Vals<1>>::count(&Mse, &target, a) + Loss::<f32, Vals<1>>::count(&Mse, &target, b);
/// let value = Mse.value_and_grad(&y, &target, None, total, a) + Mse.value_and_grad(&y, &target, None, total, b);
/// assert!((value - 11.0 / 3.0).abs() < 1e-6);
/// ```
pub trait Loss<T: Real, Y: Signal>: 'static + Sync {
    /// What a target is: `Tokens<1>` for a class, `Vals<N>` for numbers.
    type Target: Signal;
    /// What counts in a chunk: samples, steps or weights; a tuple for a tuple of losses.
    type Count: Count;

    /// What counts in this chunk: its first `pass.live()` samples, their valid steps, their weights.
    fn count<'a, const B: usize>(
        &self,
        target: <Self::Target as Signal>::Ref<'_, T, B>,
        pass: Pass<'a, B, Y::Lens<'a, B>>,
    ) -> Self::Count;

    /// This chunk's share of the step's mean; `total` is what counts in the whole step.
    ///
    /// Overwrites `dy`, where wanted, with the gradient: zero for samples past `pass.live()`, for steps past their
    /// sample's length and for ignored targets.
    fn value_and_grad<'a, const B: usize>(
        &self,
        y: Y::Ref<'_, T, B>,
        target: <Self::Target as Signal>::Ref<'_, T, B>,
        dy: Y::Grad<'_, T, B>,
        total: Self::Count,
        pass: Pass<'a, B, Y::Lens<'a, B>>,
    ) -> T;
}

/// What a loss divides by: a number, or a tuple of them.
///
/// ```
/// use dl_core::loss::Count;
///
/// assert_eq!((1.0, 2.0).add((3.0, 4.0)).add(Count::ZERO), (4.0, 6.0));
/// ```
pub trait Count: Copy + Send + Sync {
    /// Nothing counted yet.
    const ZERO: Self;
    /// Adds what another chunk counts.
    fn add(self, other: Self) -> Self;
}

impl Count for f64 {
    const ZERO: Self = 0.0;
    fn add(self, other: Self) -> Self {
        self + other
    }
}

/// What each counted thing contributes to the mean; 0 where nothing counts.
fn share<T: Real>(total: f64) -> T {
    if total == 0.0 { T::zero() } else { T::of(1.0 / total) }
}
