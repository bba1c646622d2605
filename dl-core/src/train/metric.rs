//! What a metric is to the trainer.

use crate::{Pass, Real, Signal};

/// A number that says how good outputs are, collected chunk by chunk.
///
/// [`Trainer::evaluate`](super::Trainer::evaluate) clears it, shows it every chunk of the data, and leaves it to be
/// read. `()` measures nothing; a tuple of metrics is a metric whose [`value`](Self::value) is the first one's.
pub trait Metric<T: Real, Y: Signal, Target: Signal> {
    /// Forgets everything.
    fn clear(&mut self);

    /// Takes in the first `pass.live()` samples of a chunk.
    fn update<'a, const B: usize>(
        &mut self,
        y: Y::Ref<'_, T, B>,
        target: Target::Ref<'_, T, B>,
        pass: Pass<'a, B, Y::Lens<'a, B>>,
    );

    /// The metric as one number, for reports and [`Monitor::Metric`](super::Monitor::Metric); `None` if it has none.
    fn value(&self) -> Option<f64>;
}

impl<T: Real, Y: Signal, Target: Signal> Metric<T, Y, Target> for () {
    fn clear(&mut self) {}
    fn update<'a, const B: usize>(
        &mut self,
        _: Y::Ref<'_, T, B>,
        _: Target::Ref<'_, T, B>,
        _: Pass<'a, B, Y::Lens<'a, B>>,
    ) {
    }
    fn value(&self) -> Option<f64> {
        None
    }
}

impl<T: Real, Y: Signal, Target: Signal, M: Metric<T, Y, Target>> Metric<T, Y, Target> for &mut M {
    fn clear(&mut self) {
        (**self).clear();
    }
    fn update<'a, const B: usize>(
        &mut self,
        y: Y::Ref<'_, T, B>,
        target: Target::Ref<'_, T, B>,
        pass: Pass<'a, B, Y::Lens<'a, B>>,
    ) {
        (**self).update(y, target, pass);
    }
    fn value(&self) -> Option<f64> {
        (**self).value()
    }
}

macro_rules! tuples {
    ($(($first:ident $first_at:tt, $($part:ident $at:tt),+))*) => { $(
        impl<T: Real, Y: Signal, Target: Signal, $first, $($part),+> Metric<T, Y, Target> for ($first, $($part),+)
        where
            $first: Metric<T, Y, Target>,
            $($part: Metric<T, Y, Target>),+
        {
            fn clear(&mut self) {
                self.$first_at.clear();
                $(self.$at.clear();)+
            }
            fn update<'a, const CHUNK: usize>(
                &mut self,
                y: Y::Ref<'_, T, CHUNK>,
                target: Target::Ref<'_, T, CHUNK>,
                pass: Pass<'a, CHUNK, Y::Lens<'a, CHUNK>>,
            ) {
                self.$first_at.update(y, target, pass);
                $(self.$at.update(y, target, pass);)+
            }
            fn value(&self) -> Option<f64> {
                self.$first_at.value()
            }
        }
    )* };
}
tuples! { (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) }
