//! Pools over all places: four channels at a time.

use super::instructions::{even_bytes_add, low, odd_bytes_add, word};
use crate::kernels::int8::pooling::mean;

/// [`global_avg_pool`](crate::kernels::int8::global_avg_pool)
pub(in super::super) fn global_avg_pool(x: &[i8], y: &mut [i8]) -> bool {
    /// So many bytes have a sum of 16 bits.
    const MOST: usize = 256;
    let channels = y.len();
    let places = x.len().checked_div(channels).unwrap_or(0);
    if places == 0 {
        return false;
    }
    let mut first = 0;
    let (fours, rest) = y.as_chunks_mut::<4>();
    for y in fours {
        let (mut sums, mut left) = ([0; 4], places);
        let mut at = x.as_ptr().wrapping_add(first);
        while left > 0 {
            let (mut even, mut odd) = (0, 0);
            let count = left.min(MOST);
            for _ in 0..count {
                // SAFETY: four channels at one of the places.
                let seen = unsafe { word(at) };
                (even, odd) = (even_bytes_add(even, seen), odd_bytes_add(odd, seen));
                at = at.wrapping_add(channels);
            }
            for (sum, more) in sums.iter_mut().zip([even, odd, even >> 16, odd >> 16]) {
                *sum += low(more);
            }
            left -= count;
        }
        *y = sums.map(|sum| mean(sum, places));
        first += 4;
    }
    for y in rest {
        let of_channel = x.iter().skip(first).step_by(channels);
        *y = mean(of_channel.map(|x| *x as i32).sum(), places);
        first += 1;
    }
    true
}
