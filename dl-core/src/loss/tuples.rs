//! Tuples of losses, for networks with several outputs.

use super::{Count, Loss};
use crate::{Pass, Real, Signal};

macro_rules! tuples {
    ($($loss:ident $y:ident $at:tt),+) => {
        impl<$($loss: Count),+> Count for ($($loss,)+) {
            const ZERO: Self = ($($loss::ZERO,)+);
            fn add(self, other: Self) -> Self {
                ($(self.$at.add(other.$at),)+)
            }
        }

        /// One loss for each output, each with a target and a mean of its own; their sum.
        impl<T: Real, $($y: Signal, $loss: Loss<T, $y>),+> Loss<T, ($($y,)+)> for ($($loss,)+) {
            type Target = ($($loss::Target,)+);
            type Count = ($($loss::Count,)+);

            fn count<'a, const B: usize>(
                &self,
                target: <Self::Target as Signal>::Ref<'_, T, B>,
                pass: Pass<'a, B, <($($y,)+) as Signal>::Lens<'a, B>>,
            ) -> Self::Count {
                ($(self.$at.count(target.$at, pass.with_lens(pass.lens().$at)),)+)
            }

            fn value_and_grad<'a, const B: usize>(
                &self,
                y: <($($y,)+) as Signal>::Ref<'_, T, B>,
                target: <Self::Target as Signal>::Ref<'_, T, B>,
                dy: <($($y,)+) as Signal>::Grad<'_, T, B>,
                total: Self::Count,
                pass: Pass<'a, B, <($($y,)+) as Signal>::Lens<'a, B>>,
            ) -> T {
                let mut sum = T::zero();
                $(
                    let pass_on = pass.with_lens(pass.lens().$at);
                    sum += self.$at.value_and_grad(y.$at, target.$at, dy.$at, total.$at, pass_on);
                )+
                sum
            }
        }
    };
}
tuples!(L0 Y0 0, L1 Y1 1);
tuples!(L0 Y0 0, L1 Y1 1, L2 Y2 2);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::loss::{CrossEntropy, Mae, Mse};
    use crate::signal::LenMap;
    use crate::{Lens, Vals};

    #[test]
    fn a_pair_of_losses_is_their_sum_each_with_its_own_mean() {
        let loss = (Mse, CrossEntropy { ignore_index: Some(1), ..CrossEntropy::new() });
        let (y, logits) = (matrix![1.0, 2.0], matrix![0.0, 5.0; 0.0, 1.0]);
        let (target, classes) = (matrix![0.0, 4.0], [[0], [1]]);
        let pass = Pass::<2>::infer().with_lens((Lens::of(&[1, 1]).map(LenMap::DROP), Lens::of(&[1, 1])));
        type Y = (Vals<1>, Vals<2>);
        let total = Loss::<f64, Y>::count(&loss, (&target, &classes), pass);
        assert_eq!(total, (2.0, 1.0));
        let (mut dy, mut dz) = (y, logits);
        let value = Loss::<f64, Y>::value_and_grad(
            &loss,
            (&y, &logits),
            (&target, &classes),
            (Some(&mut dy), Some(&mut dz)),
            total,
            pass,
        );
        assert_eq!(value, 2.5 + core::f64::consts::LN_2);
        assert_eq!(dy, matrix![1.0, -2.0]);
        assert_eq!(dz, matrix![-0.5, 0.0; 0.5, 0.0]);
    }

    #[test]
    fn three_outputs_have_three_losses_and_counts_add_up_part_by_part() {
        type Y = (Vals<1>, Vals<1>, Vals<1>);
        let loss = (Mse, Mae, |y: &[f64], _: &[f64], dy: &mut [f64]| {
            dy[0] = 10.0;
            10.0 * y[0]
        });
        let (y, t) = (vector![3.0], vector![1.0]);
        let pass: Pass<'_, 1, _> = Pass::infer();
        let total = Loss::<f64, Y>::count(&loss, (&t, &t, &t), pass);
        let (mut a, mut b, mut c) = (y, y, y);
        let dy = (Some(&mut a), Some(&mut b), Some(&mut c));
        let value = Loss::<f64, Y>::value_and_grad(&loss, (&y, &y, &y), (&t, &t, &t), dy, total, pass);
        assert_eq!((value, a[0], b[0], c[0]), (36.0, 4.0, 1.0, 10.0));
        assert_eq!(Count::add(total, <(f64, f64, f64) as Count>::ZERO), (1.0, 1.0, 1.0));
    }
}
