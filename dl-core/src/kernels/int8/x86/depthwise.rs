//! Depthwise convolutions: a vector of channels, word by word of the window.

use super::super::{Conv, Factor};
use super::lanes::Lanes;
use super::scale::{Bounds, Scale};
use super::{Call, Seen, Set, is_sound};

/// Numbers of a window, at most.
const TAPS: usize = 64;
/// Words of that of AVX2, which are the smallest.
const WORDS: usize = TAPS / 2;

/// Computes the convolution, unless its window is too large.
pub(super) fn run(set: Set, layer: &Conv<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let [rows, columns] = layer.window.kernel;
    if rows > TAPS || columns > TAPS || rows * columns > TAPS || !is_sound(layer, x, y) {
        return false;
    }
    set.run(Depthwise { layer, x, y });
    true
}

/// A depthwise convolution of which all sizes are sound.
struct Depthwise<'a> {
    layer: &'a Conv<'a>,
    x: &'a [i8],
    y: &'a mut [i8],
}

impl Call for Depthwise<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes>(self) {
        let Depthwise { layer, x, y } = self;
        let window = layer.window;
        let ([channels, _, width], [kernel_rows, kernel_columns]) = (window.input, window.kernel);
        let taps = kernel_rows * kernel_columns;
        let groups = taps.div_ceil(V::PER);
        // how far each number of a window is from its first one, and its row and column
        let (mut ways, mut places) = ([0; TAPS], [[0; 2]; TAPS]);
        for (tap, (way, place)) in ways.iter_mut().zip(&mut places).enumerate().take(groups * V::PER) {
            // where a word is not full, the last number fills it: its weights are zeros
            let tap = tap.min(taps - 1);
            let [row, column] = [tap / kernel_columns, tap % kernel_columns];
            // nothing overflows where the number is ever seen
            let lines = (row * window.dilation[0]).wrapping_mul(width);
            *way = lines.wrapping_add(column * window.dilation[1]).wrapping_mul(channels);
            *place = [row, column];
        }
        for first in (0..channels).step_by(4 * V::LANES) {
            let count = (channels - first).min(4 * V::LANES);
            // SAFETY: the caller's word for the instructions. `is_sound` has checked that the weight has `taps` rows of
            // `channels` numbers, the input `channels` for each pixel, the output as many.
            unsafe {
                let zeros = V::splat_bytes(0);
                let outside = [layer.x_zero; 64];
                let bounds = Bounds::<V>::of(layer.output);
                let mut weights = [[zeros; 4]; WORDS];
                let mut excess = [V::splat(0); 4];
                for (group, weights) in weights.iter_mut().enumerate().take(groups) {
                    let mut parts = [zeros; 4];
                    for (i, part) in parts.iter_mut().enumerate().take(V::PER.min(taps - group * V::PER)) {
                        let at = (group * V::PER + i) * channels + first;
                        *part = V::load_bytes(layer.weight.as_ptr().add(at), count);
                    }
                    *weights = V::interleave(&parts);
                    for (excess, w) in excess.iter_mut().zip(weights) {
                        *excess = excess.mac(V::splat(V::EXCESS), *w);
                    }
                }
                let scales: [Scale; 4] = core::array::from_fn(|part| {
                    let mut excess_of = [0; 16];
                    excess[part].store(excess_of.as_mut_ptr());
                    Scale::of::<V>(|lane| {
                        let channel = first + (lane / 4 * 16 + part * 4 + lane % 4).min(count - 1);
                        let bias = layer.bias[channel].wrapping_sub(excess_of[lane]);
                        let factor =
                            Factor { numerator: layer.numerator[channel], shift: layer.shift[channel] };
                        (bias, factor)
                    })
                });
                let mut biases = [zeros; 4];
                for (bias, scale) in biases.iter_mut().zip(&scales) {
                    *bias = V::load(scale.bias.as_ptr());
                }
                let mut to = y.as_mut_ptr().add(first);
                for row in 0..window.output[1] {
                    let rows = Seen::of(window, 0, row);
                    for column in 0..window.output[2] {
                        let columns = Seen::of(window, 1, column);
                        let is_inside =
                            (rows.to - rows.from, columns.to - columns.from) == (kernel_rows, kernel_columns);
                        let start = (rows.first * width + columns.first) * channels + first;
                        let from = x.as_ptr().wrapping_add(start);
                        let mut sums = biases;
                        let weights = &weights[..groups];
                        if is_inside {
                            add(&mut sums, weights, count, |tap| from.wrapping_add(ways[tap]));
                        } else {
                            // from the first number that is seen
                            let skipped = ways.get(rows.from * kernel_columns + columns.from).copied();
                            add(&mut sums, weights, count, |tap| {
                                let [k, l] = places[tap];
                                if (rows.from..rows.to).contains(&k)
                                    && (columns.from..columns.to).contains(&l)
                                {
                                    from.wrapping_add(ways[tap] - skipped.unwrap_or_default())
                                } else {
                                    outside.as_ptr()
                                }
                            });
                        }
                        for (sum, scale) in sums.iter_mut().zip(&scales) {
                            *sum = sum.rescale(scale);
                        }
                        V::narrow(sums, &bounds).store_bytes(to, count);
                        to = to.wrapping_add(channels);
                    }
                }
            }
        }
    }
}

/// Adds the products of a window, of whose numbers `at` tells where they are.
///
/// # Safety
/// The instructions of `V` are needed, and there must be `count` bytes.
#[inline(always)]
unsafe fn add<V: Lanes>(
    sums: &mut [V; 4],
    weights: &[[V; 4]],
    count: usize,
    at: impl Fn(usize) -> *const i8,
) {
    // SAFETY: the caller's word.
    unsafe {
        for (group, weights) in weights.iter().enumerate() {
            let mut parts = [V::splat(0); 4];
            for (i, part) in parts.iter_mut().enumerate().take(V::PER) {
                *part = V::load_bytes(at(group * V::PER + i), count);
            }
            for ((sum, x), w) in sums.iter_mut().zip(V::interleave_input(&parts)).zip(weights) {
                *sum = sum.mac(x, *w);
            }
        }
    }
}
