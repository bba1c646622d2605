//! Sums of two values.

use super::rescale::{narrow, rescale, to_byte};
use crate::kernels::int8::{Factor, Sum};

/// [`add`](crate::kernels::int8::add)
pub(in super::super) fn add(sum: &Sum, a: &[i8], b: &[i8], y: &mut [i8]) -> bool {
    let Sum { zeros, factors, factor, output } = *sum;
    // The larger scale's factor is a half, which no rounding follows: its product is exact.
    let [half_a, half_b] = factors.map(|factor| factor == Factor { numerator: 1 << 30, shift: 0 });
    for (y, (a, b)) in y.iter_mut().zip(a.iter().zip(b)) {
        let part = |x: i8, i: usize, is_half: bool| {
            let above = x as i32 - zeros[i] as i32;
            if is_half { above << (Sum::MORE - 1) } else { rescale(above << Sum::MORE, factors[i]) }
        };
        let both = part(*a, 0, half_a).wrapping_add(part(*b, 1, half_b));
        *y = to_byte(rescale(both, factor), output);
    }
    narrow(output, y);
    true
}
