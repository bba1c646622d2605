//! Convolutions: two outputs at two places at a time.

use super::depthwise::depthwise;
use super::dots::{dot, dots2x2, dots4x1};
use super::rescale::{narrow, rescale, to_byte};
use super::seen::{ROOM, fits, gather};
use crate::kernels::int8::{Conv, Factor, is_depthwise};

/// [`conv`](crate::kernels::int8::conv), unless the window is too large.
pub(in super::super) fn conv(layer: &Conv<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let well = fits(layer, x, y)
        && if is_depthwise(layer.window) { depthwise(layer, x, y) } else { grouped(layer, x, y) };
    if well {
        narrow(layer.output, y);
    }
    well
}

/// The output of channel `o` for the sum of its products and its bias.
///
/// # Safety
/// There is such a channel.
#[inline(always)]
pub(super) unsafe fn out(layer: &Conv<'_>, o: usize, sum: i32) -> i8 {
    // SAFETY: the caller's word.
    let (numerator, shift) = unsafe { (*layer.numerator.as_ptr().add(o), *layer.shift.as_ptr().add(o)) };
    to_byte(rescale(sum, Factor { numerator, shift }), layer.output)
}

/// All groups.
fn grouped(layer: &Conv<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let window = layer.window;
    let groups = window.groups.max(1);
    let channels = window.input[0] / groups;
    let n = window.kernel[0] * window.kernel[1] * channels;
    let is_point = window.kernel == [1, 1] && window.pad == [0, 0] && window.groups == 1;
    if n > ROOM && !is_point {
        return false;
    }
    let [outputs, rows, columns] = window.output;
    let places = rows * columns;
    let columns = columns.max(1);
    let pairs = is_point || 2 * n <= ROOM;
    let mut room = [0; ROOM];
    for group in 0..groups {
        let mut place = 0;
        while place < places {
            let (a, b) = room.split_at_mut(if pairs { ROOM / 2 } else { ROOM });
            let see = |place: usize, room| {
                see(
                    layer,
                    is_point,
                    [place / columns, place % columns],
                    [group * channels, channels],
                    x,
                    room,
                )
            };
            let Some(first) = see(place, a) else { return false };
            let second = if pairs && place + 1 < places { see(place + 1, b) } else { None };
            let o = group * (outputs / groups);
            // SAFETY: the channels of the group are there, at both places, and see `n` numbers.
            place += unsafe {
                let y = y.as_mut_ptr().add(place * outputs);
                match second {
                    Some(second) => two_places(layer, [o, outputs / groups], [first, second], y),
                    None => one_place(layer, [o, outputs / groups], first, y),
                }
            };
        }
    }
    true
}

/// What the window at a place sees of some channels, where it lies or in `room`.
#[inline(always)]
fn see<'a>(
    layer: &Conv<'_>,
    is_point: bool,
    at: [usize; 2],
    channels: [usize; 2],
    x: &'a [i8],
    room: &'a mut [i8],
) -> Option<&'a [i8]> {
    let window = layer.window;
    if is_point {
        let from = (at[0] * window.stride[0] * window.input[2] + at[1] * window.stride[1]) * channels[1];
        return x.get(from..from + channels[1]);
    }
    let room = room.get_mut(..window.kernel[0] * window.kernel[1] * channels[1])?;
    gather(window, layer.x_zero, at, channels, x, room)?;
    Some(room)
}

/// `count` channels from `first` on, of two places. Says how many.
///
/// # Safety
/// There are such channels, whose windows are as long as what is seen, and outputs from `y` on.
unsafe fn two_places(layer: &Conv<'_>, [first, count]: [usize; 2], seen: [&[i8]; 2], y: *mut i8) -> usize {
    let (n, places) = (seen[0].len(), seen.map(<[i8]>::as_ptr));
    let next = layer.window.output[0];
    let (mut o, mut w) = (first, layer.weight.as_ptr().wrapping_add(first * n));
    let bias = layer.bias.as_ptr();
    // SAFETY: the caller's word.
    unsafe {
        while o + 1 < first + count {
            let [b, c] = [*bias.add(o), *bias.add(o + 1)];
            let mut sums = [[b, b], [c, c]];
            dots2x2([w, w.wrapping_add(n)], places, n, &mut sums);
            *y.add(o) = out(layer, o, sums[0][0]);
            *y.add(o + next) = out(layer, o, sums[0][1]);
            *y.add(o + 1) = out(layer, o + 1, sums[1][0]);
            *y.add(o + 1 + next) = out(layer, o + 1, sums[1][1]);
            (o, w) = (o + 2, w.wrapping_add(2 * n));
        }
        if o < first + count {
            for (i, place) in places.into_iter().enumerate() {
                *y.add(o + i * next) = out(layer, o, dot(w, place, n).wrapping_add(*bias.add(o)));
            }
        }
    }
    2
}

/// `count` channels from `first` on, of one place. Says how many.
///
/// # Safety
/// There are such channels, whose windows are as long as what is seen, and outputs from `y` on.
unsafe fn one_place(layer: &Conv<'_>, [first, count]: [usize; 2], seen: &[i8], y: *mut i8) -> usize {
    let n = seen.len();
    let (mut o, mut w) = (first, layer.weight.as_ptr().wrapping_add(first * n));
    let bias = layer.bias.as_ptr();
    // SAFETY: the caller's word.
    unsafe {
        while o + 3 < first + count {
            let mut sums = [0; 4];
            dots4x1(w, seen.as_ptr(), n, bias.add(o), &mut sums);
            for (i, sum) in sums.into_iter().enumerate() {
                *y.add(o + i) = out(layer, o + i, sum);
            }
            (o, w) = (o + 4, w.wrapping_add(4 * n));
        }
        while o < first + count {
            *y.add(o) = out(layer, o, dot(w, seen.as_ptr(), n).wrapping_add(*bias.add(o)));
            (o, w) = (o + 1, w.wrapping_add(n));
        }
    }
    1
}
