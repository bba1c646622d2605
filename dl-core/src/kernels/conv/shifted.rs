//! The gradient of the input for narrow maps that a window makes much smaller, with steps of 1.
//!
//! A row of `dx` is a sum of rows of `dy`, each moved by a column of the window. So a tile has a vector of sums for each
//! column of the window and some input channels, and takes rows of `dy` where they lie. The sums are moved to their places
//! and added up at the end, once for all rows of the window and all output channels. No zero is multiplied, and nothing is
//! written twice.

use core::array::from_fn;

use super::super::simd::{F32x16, WIDEST, Wide};
use super::Window;
use super::depthwise::bits;
use super::kernels::Kernels;
use super::lines::{Buffer, ROOM};
use super::parts::Conv;

/// Columns of the window, at most.
const SIDE: usize = 7;

/// Input channels of a tile, for a window of some columns: as many sums as the registers hold.
const fn channels(columns: usize) -> usize {
    30 / columns
}

/// How a window is taken.
pub(super) struct Shifted {
    /// Rows of a vector: one, or the same one of two samples.
    each: usize,
    /// For each row of a vector and each column of the window, what numbers of the vector come to be a row of `dx`.
    places: [[[i32; WIDEST]; SIDE]; 2],
}

impl Shifted {
    /// `None` unless rows of `dy` fill most of a vector, a row of `dx` is one, and input channels fill most of a tile.
    fn new(lanes: usize, conv: &Conv<'_>) -> Option<Shifted> {
        let Window { input: [inputs, _, w], output: [.., ow], kernel: [_, kw], .. } = *conv.window;
        let each = if 2 * ow == lanes && conv.samples > 1 { 2 } else { 1 };
        let fits = w <= lanes && (5..=SIDE).contains(&kw) && conv.window.weights() <= ROOM;
        if !fits || conv.window.stride != [1, 1] || conv.window.groups > 1 {
            return None;
        }
        let full = each == 2 || ow <= lanes && 8 * ow >= 5 * lanes;
        if !full || 4 * inputs < 3 * inputs.next_multiple_of(channels(kw)) {
            return None;
        }
        let mut places = [[[lanes as i32; WIDEST]; SIDE]; 2]; // a place of the second vector, which is zero
        for (half, places) in places.iter_mut().enumerate().take(each) {
            for (kx, places) in places.iter_mut().enumerate().take(kw) {
                let shift = (kx * conv.window.dilation[1]) as isize - conv.window.pad[1] as isize;
                for (x, place) in places.iter_mut().enumerate().take(w) {
                    let column = x as isize - shift;
                    if (0..ow as isize).contains(&column) {
                        *place = column as i32 + (half * ow) as i32;
                    }
                }
            }
        }
        Some(Shifted { each, places })
    }
}

/// The gradient of the input, if the window is of this kind.
pub(super) unsafe fn to_input(by: &Kernels, conv: &Conv<'_>) -> bool {
    let Some((kernel, shifted)) = by.shifted.zip(Shifted::new(by.lanes.number, conv)) else {
        return false;
    };
    let (weights, outputs) = (conv.window.input[0] * conv.window.taps(), conv.window.output[0]);
    let mut buffer = Buffer::uninit();
    let w = buffer.as_mut_ptr().cast::<f32>();
    // SAFETY: the caller's word for the maps and the weight, which fits into the buffer.
    unsafe {
        (by.transpose)(weights, outputs, conv.w, outputs, w, weights);
        kernel(&Conv { w, ..*conv }, &shifted);
    }
    true
}

/// All maps. The weight has the numbers of the window and the input channels of an output channel side by side.
#[inline(always)]
unsafe fn maps<V: Wide, const EACH: usize>(conv: &Conv<'_>, shifted: &Shifted) {
    // SAFETY: the caller's.
    unsafe {
        match conv.window.kernel[1] {
            5 => maps_of::<V, EACH, 5, { channels(5) }>(conv, shifted),
            6 => maps_of::<V, EACH, 6, { channels(6) }>(conv, shifted),
            _ => maps_of::<V, EACH, 7, { channels(7) }>(conv, shifted),
        }
    }
}

/// The same for windows of `KW` columns, `R` input channels at a time.
#[inline(always)]
unsafe fn maps_of<V: Wide, const EACH: usize, const KW: usize, const R: usize>(
    conv: &Conv<'_>,
    shifted: &Shifted,
) {
    let window = conv.window;
    let ([inputs, h, w], [outputs, oh, ow], [kh, _]) = (window.input, window.output, window.kernel);
    let (taps, (sample_size, plane)) = (window.taps(), conv.sizes());
    // as many as there are: loops over them are unrolled
    let places: [[_; KW]; EACH] = from_fn(|half| from_fn(|kx| &shifted.places[half][kx]));
    let (whole, row) = (bits(V::LANES, 0, ow as isize), bits(V::LANES, 0, w as isize));
    for sample in (0..conv.samples).step_by(EACH) {
        let other = (sample + EACH).min(conv.samples) - 1; // the last sample may be without another
        let dy = [sample, other].map(|sample| conv.y.wrapping_add(sample * outputs * plane));
        let dx = [sample, other].map(|sample| conv.x.wrapping_add(sample * sample_size));
        for first in (0..inputs).step_by(R) {
            let n = R.min(inputs - first);
            let mut starts = [0; R];
            for (i, start) in starts.iter_mut().enumerate() {
                *start = (first + i.min(n - 1)) * taps; // in place of one too many, the last
            }
            for y in 0..h {
                let mut sums = [[unsafe { V::splat(0.0) }; KW]; R];
                for ky in 0..kh {
                    let q = (y + window.pad[0]).wrapping_sub(ky * window.dilation[0]);
                    if q >= oh {
                        continue;
                    }
                    let mut from = dy.map(|dy| dy.wrapping_add(q * ow));
                    let mut weights = starts.map(|start| conv.w.wrapping_add(start + ky * KW));
                    for _ in 0..outputs {
                        // SAFETY: the caller's word for the maps; the row is inside of them.
                        unsafe {
                            let v = if EACH == 2 {
                                V::load_halves(from.map(<*mut f32>::cast_const))
                            } else {
                                V::load_masked(from[0], whole)
                            };
                            for (sums, weights) in sums.iter_mut().zip(weights) {
                                for (k, sum) in sums.iter_mut().enumerate() {
                                    *sum = v.mul_add(V::splat(*weights.add(k)), *sum);
                                }
                            }
                        }
                        from = from.map(|from| from.wrapping_add(plane));
                        weights = weights.map(|weights| weights.wrapping_add(inputs * taps));
                    }
                }
                for (i, sums) in sums.iter().enumerate() {
                    if i >= n {
                        continue; // no end of the loop, which would leave the sums in memory
                    }
                    let at = ((first + i) * h + y) * w;
                    for (dx, places) in dx.iter().zip(places) {
                        // SAFETY: as above.
                        unsafe {
                            let mut sum = V::splat(0.0);
                            for (&v, places) in sums.iter().zip(places) {
                                sum = sum.add(V::pick([v, V::splat(0.0)], places));
                            }
                            sum.store_masked(dx.wrapping_add(at), row);
                        }
                    }
                }
            }
        }
    }
}

/// What is compiled for an instruction set that has masks. Asks for a processor with the instructions, and for maps and
/// weights as the convolution says.
pub(super) type ShiftedKernel = unsafe fn(&Conv<'_>, &Shifted);

pub(super) const AVX512: Option<ShiftedKernel> = {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    unsafe fn shifted(conv: &Conv<'_>, shifted: &Shifted) {
        // SAFETY: the caller's word.
        unsafe {
            match shifted.each {
                1 => maps::<F32x16, 1>(conv, shifted),
                _ => maps::<F32x16, 2>(conv, shifted),
            }
        }
    }
    Some(shifted)
};
