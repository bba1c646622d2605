//! Losses and their gradients.
//!
//! Every loss is a mean over what counts in the *whole step*, however many chunks the step has: a trainer first adds
//! up [`Loss::count`] over the chunks and hands the total to every [`Loss::value_and_grad`].

use crate::{Pass, Real, Signal};

/// How far an output is from its target, and in which direction it should move.
///
/// Losses for a tuple of outputs are tuples of losses, whose values add up. A closure
/// `Fn(&[T], &[T], &mut [T]) -> T` of one sample's output, target and gradient (to be overwritten) is a loss too.
pub trait Loss<T: Real, Y: Signal>: 'static {
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
pub trait Count: Copy {
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
