//! Metrics of one of several outputs.

use super::{Metric, Score};
use crate::{Pass, Real, Signal};

/// A metric of output number `AT` (from 0) of a network with several outputs, against the target of the same number.
///
/// ```
/// use dl_core::metrics::{Accuracy, Mae, Metric, On, Score};
/// use dl_core::{Pass, Tokens, Vals, nalgebra::vector};
///
/// let mut metrics = (On::<0, _>(Accuracy::new()), On::<1, _>(Mae::new()));
/// let (logits, distance) = (vector![0.0_f32, 1.0], vector![5.0]);
/// Metric::<f32, (Vals<2>, Vals<1>), (Tokens<1>, Vals<1>)>::update(
///     &mut metrics, (&logits, &distance), (&[[1]], &vector![3.0]), Pass::<1, _>::infer());
/// assert_eq!((metrics.0.value(), metrics.1.value()), (1.0, 2.0));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct On<const AT: usize, M>(pub M);

impl<const AT: usize, M: Score> Score for On<AT, M> {
    const NAME: &'static str = M::NAME;
    const HIGHER_IS_BETTER: bool = M::HIGHER_IS_BETTER;

    fn value(&self) -> f64 {
        self.0.value()
    }
    fn reset(&mut self) {
        self.0.reset();
    }
    fn report(&self, show: &mut dyn FnMut(&'static str, f64)) {
        self.0.report(show);
    }
}

macro_rules! on {
    ($at:tt of $($y:ident $t:ident),+: $own:ident $own_target:ident) => {
        impl<T: Real, M: Metric<T, $own, $own_target>, $($y: Signal, $t: Signal),+>
            Metric<T, ($($y,)+), ($($t,)+)> for On<$at, M>
        {
            fn update<'a, const B: usize>(
                &mut self,
                y: <($($y,)+) as Signal>::Ref<'_, T, B>,
                target: <($($t,)+) as Signal>::Ref<'_, T, B>,
                pass: Pass<'a, B, <($($y,)+) as Signal>::Lens<'a, B>>,
            ) {
                self.0.update(y.$at, target.$at, pass.with_lens(pass.lens().$at));
            }
        }
    };
}
on!(0 of Y0 T0, Y1 T1: Y0 T0);
on!(1 of Y0 T0, Y1 T1: Y1 T1);
on!(0 of Y0 T0, Y1 T1, Y2 T2: Y0 T0);
on!(1 of Y0 T0, Y1 T1, Y2 T2: Y1 T1);
on!(2 of Y0 T0, Y1 T1, Y2 T2: Y2 T2);

#[cfg(test)]
mod tests {
    use nalgebra::vector;

    use super::*;
    use crate::metrics::Mae;
    use crate::{Lens, Vals};

    #[test]
    fn it_sees_its_own_output_target_and_lengths() {
        type Y = (Vals<2>, Vals<2>, Vals<2>);
        let (a, b, c) = (vector![1.0, 2.0], vector![3.0, 40.0], vector![5.0, 6.0]);
        let zero = vector![0.0, 0.0];
        let lens = (Lens::of(&[2]), Lens::of(&[1]), Lens::of(&[2]));
        let mut metrics = (On::<1, _>(Mae::<2>::DEFAULT), On::<2, _>(Mae::<2>::DEFAULT));
        let pass = Pass::<1>::infer().with_lens(lens);
        Metric::<f64, Y, Y>::update(&mut metrics, (&a, &b, &c), (&zero, &zero, &zero), pass);
        assert_eq!((metrics.0.value(), metrics.1.value()), (3.0, 5.5));
    }
}
