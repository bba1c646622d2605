//! Convolutions with a stride of 3 or more: a row of the output is picked from two vectors of a row of the input.
//!
//! Nothing is copied. The two vectors have all numbers that a part of the row needs, for every column of the window; a pick
//! takes every `s`-th of them, and zero in place of what is in the padding.

use super::super::simd::{F32x16, WIDEST, Wide};
use super::Window;
use super::depthwise::{SIDE, bits};
use super::kernels::Kernels;
use super::parts::Conv;

/// A convolution of this kind.
pub(super) unsafe fn convolve(by: &Kernels, conv: &Conv<'_>) -> bool {
    let Some(picked) = by.picked else { return false };
    let Some(columns) = columns(by.lanes.number, conv.window) else { return false };
    // SAFETY: the caller's word for the maps and the instructions.
    unsafe { picked(conv, columns) };
    true
}

/// As many columns of the output at a time as two vectors of the input serve, if they are worth it. With a stride of 2, and
/// where most of a vector would be empty, copies are better; they are worse where they serve a single number of the window.
fn columns(lanes: usize, window: &Window) -> Option<usize> {
    let ow = window.output[2];
    if window.stride[1] < 3 || window.kernel[1] > SIDE {
        return None;
    }
    let served = |first: usize, number: usize| {
        let [from, end] = span(window, first, number.min(ow - first));
        end <= begin(lanes, window, from) + 2 * lanes
    };
    let all_served =
        |number: usize| number <= lanes && (0..ow).step_by(number).all(|first| served(first, number));
    let columns = (1..=ow).map(|parts| ow.div_ceil(parts)).find(|&number| all_served(number))?; // about equal
    let single = window.kernel[1] <= window.stride[1] && window.input[0] >= 4 * window.groups;
    (8 * columns >= lanes * if single { 4 } else { 5 }).then_some(columns)
}

/// The first column of the input that some columns of the output see, and the end of them.
fn span(window: &Window, first: usize, number: usize) -> [usize; 2] {
    let at = first * window.stride[1];
    let end = at + (number - 1) * window.stride[1] + (window.kernel[1] - 1) * window.dilation[1] + 1;
    [at, end].map(|column| column.saturating_sub(window.pad[1]).min(window.input[2]))
}

/// Where the two vectors that have column `from` begin: at a multiple of a vector, and inside of the row if it is so long.
fn begin(lanes: usize, window: &Window, from: usize) -> usize {
    (from / lanes * lanes).min(window.input[2].saturating_sub(2 * lanes))
}

/// Columns of the output, and where they find their numbers.
struct Picks {
    /// How many there are.
    number: usize,
    /// Where the two vectors begin, and what of them is inside of a row.
    begin: usize,
    masks: [u16; 2],
    /// For each column of the window, a place for each lane, and the lanes whose numbers are inside of the row.
    places: [[i32; WIDEST]; SIDE],
    inside: [u16; SIDE],
}

impl Picks {
    fn new(lanes: usize, window: &Window, first: usize, number: usize) -> Picks {
        let width = window.input[2];
        let begin = begin(lanes, window, span(window, first, number)[0]);
        let masks = [0, lanes].map(|by| bits(lanes, 0, width as isize - (begin + by) as isize));
        let mut picks = Picks { number, begin, masks, places: [[0; WIDEST]; SIDE], inside: [0; SIDE] };
        for kx in 0..window.kernel[1] {
            for lane in 0..number {
                let column = (first + lane) * window.stride[1] + kx * window.dilation[1];
                if (window.pad[1]..window.pad[1] + width).contains(&column) {
                    picks.places[kx][lane] = (column - window.pad[1] - begin) as i32;
                    picks.inside[kx] |= 1 << lane;
                }
            }
        }
        picks
    }
}

/// All maps, `columns` of a row at a time.
#[inline(always)]
unsafe fn maps<V: Wide>(conv: &Conv<'_>, columns: usize) {
    let (window, (x_sample, plane), (inputs, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let ([_, oh, ow], taps) = (window.output, window.taps());
    for first in (0..ow).step_by(columns) {
        let picks = Picks::new(V::LANES, window, first, columns.min(ow - first));
        for i in 0..conv.samples * window.groups {
            let (sample, group) = (i / window.groups, i % window.groups);
            let map = group * inputs * window.input[1] * window.input[2] + picks.begin;
            let sums = Sums {
                window,
                picks: &picks,
                x: conv.x.wrapping_add(sample * x_sample + map),
                inputs,
                w: conv.w.wrapping_add(group * outputs),
                w_channel: taps * window.output[0],
                bias: conv.bias.map(|bias| bias.wrapping_add(group * outputs)),
                relu: conv.relu,
                y: conv.y.wrapping_add((sample * window.output[0] + group * outputs) * plane + first),
            };
            let mut row = 0;
            while row < oh {
                let rows = (oh - row).div_ceil((oh - row).div_ceil(ROWS));
                // SAFETY: the caller's.
                unsafe {
                    match rows {
                        1 => sums.tiles::<V, 1>(row, outputs),
                        2 => sums.tiles::<V, 2>(row, outputs),
                        _ => sums.tiles::<V, 3>(row, outputs),
                    }
                }
                row += rows;
            }
        }
    }
}

/// Rows of a tile.
const ROWS: usize = 3;

/// The sums of some columns of the maps of a sample: `y = bias + Σ w x`.
struct Sums<'a> {
    window: &'a Window,
    picks: &'a Picks,
    x: *const f32,
    inputs: usize,
    w: *const f32,
    w_channel: usize,
    bias: Option<*const f32>,
    relu: bool,
    y: *mut f32,
}

impl Sums<'_> {
    /// `R` rows of all channels.
    #[inline(always)]
    unsafe fn tiles<V: Wide, const R: usize>(&self, row: usize, channels: usize) {
        let mut channel = 0;
        while channel < channels {
            // SAFETY: the caller's.
            channel += unsafe {
                match channels - channel {
                    1 => self.tile::<V, R, 1>(row, channel),
                    2..4 => self.tile::<V, R, 2>(row, channel),
                    4..8 => self.tile::<V, R, 4>(row, channel),
                    _ => self.tile::<V, R, 8>(row, channel),
                }
            };
        }
    }

    /// `R` rows by `N` channels of sums. Returns how many channels.
    #[inline(always)]
    unsafe fn tile<V: Wide, const R: usize, const N: usize>(&self, row: usize, channel: usize) -> usize {
        let (window, picks) = (self.window, self.picks);
        let ([_, h, w], [c, oh, ow], [kh, kw]) = (window.input, window.output, window.kernel);
        // SAFETY: the caller's word for the maps; masks keep to what is inside of them.
        unsafe {
            let mut sums = [[V::splat(0.0); R]; N];
            if let Some(bias) = self.bias {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::splat(*bias.add(channel + j) + 0.0); R]; // not -0, as elsewhere
                }
            }
            for k in 0..kh * kw {
                let (ky, kx) = (k / kw, k % kw);
                let (mut from, mut inside) = ([self.x; R], [0; R]);
                for (i, (from, inside)) in from.iter_mut().zip(&mut inside).enumerate() {
                    let y =
                        ((row + i) * window.stride[0] + ky * window.dilation[0]).wrapping_sub(window.pad[0]);
                    if y < h {
                        (*from, *inside) = (self.x.wrapping_add(y * w), picks.inside[kx]);
                    }
                }
                let b = self.w.wrapping_add(k * c + channel);
                if picks.masks == [u16::MAX; 2] {
                    self.add::<V, R, N, false>(&mut sums, from, &inside, &picks.places[kx], b);
                } else {
                    self.add::<V, R, N, true>(&mut sums, from, &inside, &picks.places[kx], b);
                }
            }
            for (j, sums) in sums.into_iter().enumerate() {
                for (i, sum) in sums.into_iter().enumerate() {
                    let sum = if self.relu { sum.relu() } else { sum };
                    let y = self.y.wrapping_add(((channel + j) * oh + row + i) * ow);
                    sum.store_masked(y, bits(V::LANES, 0, picks.number as isize));
                }
            }
        }
        N
    }

    /// Adds the products of all channels with one number of the window.
    #[inline(always)]
    unsafe fn add<V: Wide, const R: usize, const N: usize, const MASKED: bool>(
        &self,
        sums: &mut [[V; R]; N],
        mut from: [*const f32; R],
        inside: &[u16; R],
        places: &[i32; WIDEST],
        mut b: *const f32,
    ) {
        let masks = if MASKED { self.picks.masks } else { [u16::MAX; 2] };
        let channel = self.window.input[1] * self.window.input[2];
        // SAFETY: the caller's.
        unsafe {
            for _ in 0..self.inputs {
                let mut vectors = [V::splat(0.0); R];
                for ((v, from), &inside) in vectors.iter_mut().zip(&mut from).zip(inside) {
                    let high = from.wrapping_add(V::LANES);
                    let pair = [V::load_masked(*from, masks[0]), V::load_masked(high, masks[1])];
                    *v = V::pick(pair, places).masked(inside);
                    *from = from.wrapping_add(channel);
                }
                for (j, sums) in sums.iter_mut().enumerate() {
                    let b = V::splat(*b.add(j));
                    for (sum, v) in sums.iter_mut().zip(vectors) {
                        *sum = v.mul_add(b, *sum);
                    }
                }
                b = b.wrapping_add(self.w_channel);
            }
        }
    }
}

/// What is compiled for an instruction set that has masks. Asks for a processor with the instructions, and for maps and
/// weights as the convolution says.
pub(super) type Picked = unsafe fn(&Conv<'_>, usize);

pub(super) const AVX512: Option<Picked> = {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    unsafe fn picked(conv: &Conv<'_>, columns: usize) {
        // SAFETY: the caller's word.
        unsafe { maps::<F32x16>(conv, columns) }
    }
    Some(picked)
};
