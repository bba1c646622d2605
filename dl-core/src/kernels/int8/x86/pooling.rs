//! Pools: all channels of a place at once.

use super::super::conv::{pixel, taps};
use super::super::pooling::mean;
use crate::kernels::Isa;
use crate::kernels::conv::Window;
use crate::kernels::isa::versions;

/// Channels that are summed at once.
const CHANNELS: usize = 64;

pub(in super::super) fn max_pool(window: &Window, x: &[i8], y: &mut [i8]) -> bool {
    keeps_channels(window) && {
        max(Isa::best(), window, x, y);
        true
    }
}

pub(in super::super) fn avg_pool(window: &Window, zero: i8, x: &[i8], y: &mut [i8]) -> bool {
    keeps_channels(window) && {
        avg(Isa::best(), window, zero, x, y);
        true
    }
}

pub(in super::super) fn global_avg_pool(x: &[i8], y: &mut [i8]) -> bool {
    is_whole(x, y) && {
        global_avg(Isa::best(), x, y);
        true
    }
}

pub(in super::super) fn global_max_pool(x: &[i8], y: &mut [i8]) -> bool {
    is_whole(x, y) && {
        global_max(Isa::best(), x, y);
        true
    }
}

fn keeps_channels(window: &Window) -> bool {
    window.input[0] == window.output[0] && window.output[0] > 0 && window.output[2] > 0
}

/// Whether each place has all channels.
fn is_whole(x: &[i8], y: &[i8]) -> bool {
    !y.is_empty() && x.len().is_multiple_of(y.len())
}

versions! {
    fn max(window: &Window, x: &[i8], y: &mut [i8]) {
        let [channels, _, columns] = window.output;
        for (i, y) in y.chunks_exact_mut(channels).enumerate() {
            y.fill(i8::MIN);
            for x in taps(window).filter_map(|tap| pixel(window, [i / columns, i % columns], tap, x)) {
                y.iter_mut().zip(x).for_each(|(y, x)| *y = (*y).max(*x));
            }
        }
    }

    fn avg(window: &Window, zero: i8, x: &[i8], y: &mut [i8]) {
        let [channels, _, columns] = window.output;
        let count = window.kernel[0] * window.kernel[1];
        for (i, y) in y.chunks_exact_mut(channels).enumerate() {
            for (part, y) in y.chunks_mut(CHANNELS).enumerate() {
                let mut sums = [0; CHANNELS];
                for tap in taps(window) {
                    match pixel(window, [i / columns, i % columns], tap, x) {
                        Some(x) => add(&mut sums, &x[part * CHANNELS..], y.len()),
                        None => sums.iter_mut().for_each(|sum| *sum += zero as i32),
                    }
                }
                y.iter_mut().zip(sums).for_each(|(y, sum)| *y = mean(sum, count));
            }
        }
    }

    fn global_avg(x: &[i8], y: &mut [i8]) {
        let channels = y.len();
        for (part, y) in y.chunks_mut(CHANNELS).enumerate() {
            let mut sums = [0; CHANNELS];
            for x in x.chunks_exact(channels) {
                add(&mut sums, &x[part * CHANNELS..], y.len());
            }
            y.iter_mut().zip(sums).for_each(|(y, sum)| *y = mean(sum, x.len() / channels));
        }
    }

    fn global_max(x: &[i8], y: &mut [i8]) {
        y.fill(i8::MIN);
        for x in x.chunks_exact(y.len()) {
            y.iter_mut().zip(x).for_each(|(y, x)| *y = (*y).max(*x));
        }
    }
}

/// Adds the first `count` numbers.
#[inline(always)]
fn add(sums: &mut [i32; CHANNELS], x: &[i8], count: usize) {
    match x.first_chunk() {
        // what lies behind is not wanted, but does no harm
        Some(x) => sums.iter_mut().zip::<&[i8; CHANNELS]>(x).for_each(|(sum, x)| *sum += *x as i32),
        None => sums.iter_mut().zip(&x[..count]).for_each(|(sum, x)| *sum += *x as i32),
    }
}
