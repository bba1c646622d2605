//! Several metrics of one output.

use super::{Metric, Score};
use crate::{Pass, Real, Signal};

macro_rules! tuples {
    ($first:ident $first_at:tt $(, $part:ident $at:tt)*) => {
        /// Metrics of one output. Name and value are those of the first; [`report`](Score::report) shows all.
        impl<$first: Score, $($part: Score),*> Score for ($first, $($part,)*) {
            const NAME: &'static str = $first::NAME;
            const HIGHER_IS_BETTER: bool = $first::HIGHER_IS_BETTER;

            fn value(&self) -> f64 {
                self.$first_at.value()
            }
            fn reset(&mut self) {
                self.$first_at.reset();
                $(self.$at.reset();)*
            }
            fn report(&self, show: &mut dyn FnMut(&'static str, f64)) {
                self.$first_at.report(show);
                $(self.$at.report(show);)*
            }
        }

        impl<T: Real, Y: Signal, Target: Signal, $first, $($part),*> Metric<T, Y, Target> for ($first, $($part,)*)
        where
            $first: Metric<T, Y, Target>,
            $($part: Metric<T, Y, Target>,)*
        {
            fn update<'a, const B: usize>(
                &mut self,
                y: Y::Ref<'_, T, B>,
                target: Target::Ref<'_, T, B>,
                pass: Pass<'a, B, Y::Lens<'a, B>>,
            ) {
                self.$first_at.update(y, target, pass);
                $(self.$at.update(y, target, pass);)*
            }
        }
    };
}
tuples!(M0 0, M1 1);
tuples!(M0 0, M1 1, M2 2);
tuples!(M0 0, M1 1, M2 2, M3 3);

/// No metric: it has no name, and no value but NaN.
impl Score for () {
    const NAME: &'static str = "";
    const HIGHER_IS_BETTER: bool = false;

    fn value(&self) -> f64 {
        f64::NAN
    }
    fn reset(&mut self) {}
    fn report(&self, _: &mut dyn FnMut(&'static str, f64)) {}
}

impl<T: Real, Y: Signal, Target: Signal> Metric<T, Y, Target> for () {
    fn update<'a, const B: usize>(
        &mut self,
        _: Y::Ref<'_, T, B>,
        _: Target::Ref<'_, T, B>,
        _: Pass<'a, B, Y::Lens<'a, B>>,
    ) {
    }
}

/// A metric that is lent: `(&mut r2, &mut mae)` leaves both to be read afterwards.
impl<M: Score> Score for &mut M {
    const NAME: &'static str = M::NAME;
    const HIGHER_IS_BETTER: bool = M::HIGHER_IS_BETTER;

    fn value(&self) -> f64 {
        (**self).value()
    }
    fn reset(&mut self) {
        (**self).reset();
    }
    fn report(&self, show: &mut dyn FnMut(&'static str, f64)) {
        (**self).report(show);
    }
}

impl<T: Real, Y: Signal, Target: Signal, M: Metric<T, Y, Target>> Metric<T, Y, Target> for &mut M {
    fn update<'a, const B: usize>(
        &mut self,
        y: Y::Ref<'_, T, B>,
        target: Target::Ref<'_, T, B>,
        pass: Pass<'a, B, Y::Lens<'a, B>>,
    ) {
        (**self).update(y, target, pass);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use nalgebra::vector;
    use std::vec::Vec;

    use super::*;
    use crate::metrics::{Accuracy, Confusion, TopK};

    fn shown(metric: &impl Score) -> Vec<(&'static str, f64)> {
        let mut all = Vec::new();
        metric.report(&mut |name, value| all.push((name, value)));
        all
    }

    #[test]
    fn all_parts_see_every_chunk_and_are_shown() {
        let mut metrics = (Accuracy::new(), TopK::<2>::new(), Confusion::<3>::new());
        metrics.update(&vector![3.0, 2.0, 1.0], &[[1]], Pass::<1>::infer());
        assert_eq!(shown(&metrics), [("accuracy", 0.0), ("top 2", 1.0), ("macro F1", 0.0)]);
        assert_eq!(metrics.value(), 0.0);
        metrics.reset();
        assert!(metrics.value().is_nan() && metrics.1.value().is_nan() && metrics.2.value().is_nan());
    }

    #[test]
    fn no_metric_shows_nothing() {
        assert!(shown(&()).is_empty() && ().value().is_nan());
    }

    #[test]
    fn lent_metrics_can_be_read_afterwards() {
        let (mut a, mut b) = (super::super::Mae::new(), super::super::Mae::new());
        let mut both = (&mut a, &mut b);
        both.update(&vector![1.0, 3.0], &vector![2.0, 3.0], Pass::infer());
        assert_eq!((Score::value(&both), a.value(), b.value()), (0.5, 0.5, 0.5));
    }
}
