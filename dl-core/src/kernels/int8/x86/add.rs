//! Sums of two values.

use super::super::{Factor, Sum};
use super::lanes::Lanes;
use super::scale::{Bounds, Scale};
use super::{Call, Set, is_ordered};

/// Computes the sum, unless a factor is negative.
pub(super) fn run(set: Set, sum: &Sum, a: &[i8], b: &[i8], y: &mut [i8]) -> bool {
    let [of_a, of_b] = sum.factors;
    if [of_a, of_b, sum.factor].iter().any(|factor| factor.numerator < 0) || !is_ordered(sum.output) {
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
        let scale = |factor: Factor| Scale::of::<V>(|_| (0, factor.numerator, factor.shift));
        let (scales, scale) = (sum.factors.map(scale), scale(sum.factor));
        let (numbers, size) = (y.len().min(a.len()).min(b.len()), 4 * V::LANES);
        for at in (0..numbers).step_by(size) {
            let count = (numbers - at).min(size);
            // SAFETY: the caller's word for the instructions; `count` numbers from `at` on are in all three.
            unsafe {
                let bounds = Bounds::<V>::of(sum.output);
                let part = |x: &[i8], i: usize| {
                    let zero = V::splat((sum.zeros[i] as i32) << Sum::MORE);
                    let wide = V::load_bytes(x.as_ptr().add(at), count).widen();
                    wide.map(|x| x.sub(zero).rescale(&scales[i]))
                };
                let (a, b) = (part(a, 0), part(b, 1));
                let both = core::array::from_fn(|i| a[i].add(b[i]).rescale(&scale));
                V::narrow(both, &bounds).store_bytes(y.as_mut_ptr().add(at), count);
            }
        }
    }
}
