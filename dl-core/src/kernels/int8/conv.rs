//! Convolutions.

use super::{Factor, Output, dot, rescale};
use crate::kernels::conv::Window;

/// A convolution, of a sequence too: that is an image one column wide.
#[derive(Clone, Copy, Debug)]
pub struct Conv<'a> {
    /// How the windows lie.
    pub window: &'a Window,
    /// `[OUT, KH, KW, C / G]`; of a depthwise convolution `[KH, KW, C]`, as [`is_depthwise`] says.
    pub weight: &'a [i8],
    /// `OUT`
    pub bias: &'a [i32],
    /// `OUT`: what a sum is worth, in steps of the output: the numerator of a [`Factor`].
    pub numerator: &'a [i32],
    /// `OUT`: its shift.
    pub shift: &'a [i8],
    /// The integer that stands for 0 in the input.
    pub x_zero: i8,
    /// What an output may be.
    pub output: Output,
}

impl Conv<'_> {
    /// The output for the sum of products of channel `o`.
    #[inline(always)]
    pub(super) fn out(&self, o: usize, sum: i32) -> i8 {
        let (Some(&bias), Some(&numerator), Some(&shift)) =
            (self.bias.get(o), self.numerator.get(o), self.shift.get(o))
        else {
            return self.output.zero;
        };
        self.output.of(rescale(sum.wrapping_add(bias), Factor { numerator, shift }))
    }
}

/// Whether every channel is a group of its own that gives one channel.
pub const fn is_depthwise(window: &Window) -> bool {
    window.groups == window.input[0] && window.groups == window.output[0]
}

/// One image.
///
/// ```
/// use dl_core::kernels::{conv::Window, int8::{Conv, Factor, Output, conv}};
///
/// // 2 rows of 1 column and 2 channels; a window of 2 rows, with padding above
/// let window = Window { input: [2, 2, 1], output: [1, 2, 1], kernel: [2, 1], pad: [1, 0], ..Window::ONE };
/// let half = Factor::of(0.5);
/// let layer = Conv {
///     window: &window,
///     weight: &[1, 2, 3, 4],
///     bias: &[0],
///     numerator: &[half.numerator],
///     shift: &[half.shift],
///     x_zero: 1,
///     output: Output { zero: 0, min: -128, max: 127 },
/// };
/// let mut y = [0; 2];
/// conv(&layer, &[5, 6, 7, 8], &mut y);
/// assert_eq!(y, [21, 35]); // (1 + 2 + 15 + 24) / 2, (5 + 12 + 21 + 32) / 2
/// ```
pub fn conv(layer: &Conv<'_>, x: &[i8], y: &mut [i8]) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::conv(layer, x, y) {
        return;
    }
    #[cfg(dsp)]
    if super::dsp::conv(layer, x, y) {
        return;
    }
    plain(layer, x, y);
}

/// [`conv`], output by output.
pub(super) fn plain(layer: &Conv<'_>, x: &[i8], y: &mut [i8]) {
    let [outputs, _, columns] = layer.window.output;
    if outputs == 0 || columns == 0 {
        return;
    }
    let is_depthwise = is_depthwise(layer.window);
    for (i, y) in y.chunks_exact_mut(outputs).enumerate() {
        let at = [i / columns, i % columns];
        if is_depthwise { depthwise(layer, at, x, y) } else { grouped(layer, at, x, y) }
    }
}

/// The channels of all groups at one place.
fn grouped(layer: &Conv<'_>, at: [usize; 2], x: &[i8], y: &mut [i8]) {
    let window = layer.window;
    let channels = window.input[0] / window.groups.max(1);
    let group = (window.output[0] / window.groups.max(1)).max(1);
    let size = window.kernel[0] * window.kernel[1];
    for (o, y) in y.iter_mut().enumerate() {
        let (mut sum, first) = (0_i32, o / group * channels);
        for (n, tap) in taps(window).enumerate() {
            let from = (o * size + n) * channels;
            let Some(w) = layer.weight.get(from..from + channels) else { break };
            let seen = pixel(window, at, tap, x);
            sum = sum.wrapping_add(match seen.and_then(|x| x.get(first..first + channels)) {
                Some(x) => dot(w, x),
                None => w.iter().map(|&w| w as i32).sum::<i32>() * layer.x_zero as i32,
            });
        }
        *y = layer.out(o, sum);
    }
}

/// Each channel by itself at one place.
fn depthwise(layer: &Conv<'_>, at: [usize; 2], x: &[i8], y: &mut [i8]) {
    let window = layer.window;
    for (c, y) in y.iter_mut().enumerate() {
        let mut sum = 0_i32;
        for (n, tap) in taps(window).enumerate() {
            let seen = pixel(window, at, tap, x).and_then(|x| x.get(c));
            let (x, w) = (seen.unwrap_or(&layer.x_zero), layer.weight.get(n * window.input[0] + c));
            sum = sum.wrapping_add(*x as i32 * w.map_or(0, |w| *w as i32));
        }
        *y = layer.out(c, sum);
    }
}

/// The numbers of a window, by row and column.
pub(super) fn taps(window: &Window) -> impl Iterator<Item = [usize; 2]> {
    let [rows, columns] = window.kernel;
    (0..rows).flat_map(move |row| (0..columns).map(move |column| [row, column]))
}

/// The channels that number `tap` of a window sees, if that is inside of the image.
pub(super) fn pixel<'x>(window: &Window, at: [usize; 2], tap: [usize; 2], x: &'x [i8]) -> Option<&'x [i8]> {
    let [channels, rows, columns] = window.input;
    let place = |axis: usize| {
        (at[axis] * window.stride[axis] + tap[axis] * window.dilation[axis]).checked_sub(window.pad[axis])
    };
    let (row, column) = (place(0)?, place(1)?);
    if row >= rows || column >= columns {
        return None;
    }
    let from = (row * columns + column) * channels;
    x.get(from..from + channels)
}
