//! Sums of two values.

use super::super::{Factor, Sum};
use super::lanes::Lanes;
use super::scale::{Bounds, Scale};
use super::{Call, Set, is_ordered};

/// Computes the sum, unless a factor is not one of [`Sum::factors`].
pub(super) fn run(set: Set, sum: &Sum, a: &[i8], b: &[i8], y: &mut [i8]) -> bool {
    let takes = |factor: Factor| Scale::takes(factor.numerator);
    // below 2²⁸, and so is what comes of it
    if !sum.factors.iter().all(|factor| takes(*factor) && factor.shift <= 0)
        || !takes(sum.factor)
        || !is_ordered(sum.output)
    {
        return false;
    }
    set.run(Both { sum, a, b, y });
    true
}

struct Both<'a> {
    sum: &'a Sum,
    a: &'a [i8],
    b: &'a [i8],
    y: &'a mut [i8],
}

impl Call for Both<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes>(self) {
        let Both { sum, a, b, y } = self;
        let scale = |factor: Factor| Scale::of::<V>(|_| (0, factor));
        let (scales, scale) = (sum.factors.map(scale), scale(sum.factor));
        let (numbers, size) = (y.len().min(a.len()).min(b.len()), 4 * V::LANES);
        for at in (0..numbers).step_by(size) {
            let count = (numbers - at).min(size);
            // SAFETY: the caller's word for the instructions; `count` numbers from `at` on are in all three.
            unsafe {
                let bounds = Bounds::<V>::of(sum.output);
                let mut both = [V::splat(0); 4];
                for (i, x) in [a, b].into_iter().enumerate() {
                    let zero = V::splat((sum.zeros[i] as i32) << Sum::MORE);
                    let wide = V::load_bytes(x.as_ptr().add(at), count).widen();
                    for (both, x) in both.iter_mut().zip(wide) {
                        *both = both.add(x.sub(zero).rescale(&scales[i]));
                    }
                }
                for both in &mut both {
                    *both = both.rescale(&scale);
                }
                V::narrow(both, &bounds).store_bytes(y.as_mut_ptr().add(at), count);
            }
        }
    }
}
