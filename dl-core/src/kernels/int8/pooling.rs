//! Pools: what comes out has the scale and the zero of what goes in.

use super::conv::{pixel, taps};
use crate::kernels::conv::Window;

/// The largest number of each window, channel by channel. Padding is never the largest.
///
/// ```
/// use dl_core::kernels::{conv::Window, int8::max_pool};
///
/// let window = Window { input: [2, 1, 2], output: [2, 1, 1], kernel: [1, 2], ..Window::ONE };
/// let mut y = [0; 2];
/// max_pool(&window, &[-5, 1, -7, 3], &mut y);
/// assert_eq!(y, [-5, 3]);
/// ```
pub fn max_pool(window: &Window, x: &[i8], y: &mut [i8]) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::max_pool(window, x, y) {
        return;
    }
    plain::max_pool(window, x, y);
}

/// The mean of each window, channel by channel, halves away from zero. Padding counts, as `zero`.
///
/// ```
/// use dl_core::kernels::{conv::Window, int8::avg_pool};
///
/// let window = Window { input: [2, 1, 2], output: [2, 1, 1], kernel: [1, 2], ..Window::ONE };
/// let mut y = [0; 2];
/// avg_pool(&window, 0, &[-5, 1, -8, 4], &mut y);
/// assert_eq!(y, [-7, 3]);
/// ```
pub fn avg_pool(window: &Window, zero: i8, x: &[i8], y: &mut [i8]) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::avg_pool(window, zero, x, y) {
        return;
    }
    plain::avg_pool(window, zero, x, y);
}

/// The mean of each of `y.len()` channels over all places, halves away from zero.
///
/// ```
/// use dl_core::kernels::int8::global_avg_pool;
///
/// let mut y = [0; 2];
/// global_avg_pool(&[1, -1, 2, -2], &mut y);
/// assert_eq!(y, [2, -2]);
/// ```
pub fn global_avg_pool(x: &[i8], y: &mut [i8]) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::global_avg_pool(x, y) {
        return;
    }
    #[cfg(dsp)]
    if super::dsp::global_avg_pool(x, y) {
        return;
    }
    plain::global_avg_pool(x, y);
}

/// The largest number of each of `y.len()` channels over all places.
///
/// ```
/// use dl_core::kernels::int8::global_max_pool;
///
/// let mut y = [0; 2];
/// global_max_pool(&[1, -1, 2, -2], &mut y);
/// assert_eq!(y, [2, -1]);
/// ```
pub fn global_max_pool(x: &[i8], y: &mut [i8]) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::global_max_pool(x, y) {
        return;
    }
    plain::global_max_pool(x, y);
}

/// The pools, number by number.
pub(super) mod plain {
    use super::*;

    pub(in super::super) fn max_pool(window: &Window, x: &[i8], y: &mut [i8]) {
        each(window, y, |at, channel| {
            taps(window).fold(i8::MIN, |max, tap| {
                let seen = pixel(window, at, tap, x).and_then(|x| x.get(channel));
                seen.map_or(max, |x| max.max(*x))
            })
        });
    }

    pub(in super::super) fn avg_pool(window: &Window, zero: i8, x: &[i8], y: &mut [i8]) {
        let count = window.kernel[0] * window.kernel[1];
        each(window, y, |at, channel| {
            let seen = taps(window).map(|tap| pixel(window, at, tap, x).and_then(|x| x.get(channel)));
            mean(seen.map(|x| *x.unwrap_or(&zero) as i32).sum(), count)
        });
    }

    pub(in super::super) fn global_avg_pool(x: &[i8], y: &mut [i8]) {
        let channels = y.len().max(1);
        for (channel, y) in y.iter_mut().enumerate() {
            let of_channel = x.iter().skip(channel).step_by(channels);
            *y = mean(of_channel.map(|x| *x as i32).sum(), x.len() / channels);
        }
    }

    pub(in super::super) fn global_max_pool(x: &[i8], y: &mut [i8]) {
        let channels = y.len().max(1);
        for (channel, y) in y.iter_mut().enumerate() {
            *y = x.iter().skip(channel).step_by(channels).fold(i8::MIN, |max, x| max.max(*x));
        }
    }
}

/// Computes each output from its place and its channel.
fn each(window: &Window, y: &mut [i8], of: impl Fn([usize; 2], usize) -> i8) {
    let [channels, _, columns] = window.output;
    let columns = columns.max(1);
    for (i, y) in y.chunks_exact_mut(channels.max(1)).enumerate() {
        for (channel, y) in y.iter_mut().enumerate() {
            *y = of([i / columns, i % columns], channel);
        }
    }
}

/// Halves away from zero.
#[inline(always)]
pub(super) fn mean(sum: i32, count: usize) -> i8 {
    let count = (count as i32).max(1);
    let half = if sum > 0 { count / 2 } else { -(count / 2) };
    ((sum + half) / count) as i8
}
