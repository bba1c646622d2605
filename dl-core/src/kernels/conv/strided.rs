//! Depthwise convolutions with a stride: the output is a vector of every `s`-th number of two vectors of the input.
//!
//! Nothing is copied. Two vectors of a row of the input, or one of each of two narrow rows, serve all columns of the window.
//! For the gradient of the input, a vector for each column's remainder becomes neighbours.

use super::super::simd::{F32x8, F32x16, WIDEST, Wide};
use super::Window;
use super::depthwise::{SIDE, TAPS, bits};
use super::kernels::Kernels;
use super::parts::Conv;

/// The largest stride.
const STRIDES: usize = 4;

/// A depthwise convolution with a stride.
pub(super) unsafe fn forward(by: &Kernels, conv: &Conv<'_>) -> bool {
    let Some((strided, picks)) = by.strided.as_ref().zip(Picks::new(by.lanes.number, conv.window)) else {
        return false;
    };
    // SAFETY: the caller's word for the maps; masks keep to what is inside of them.
    unsafe { (strided.forward)(conv, &picks) };
    true
}

/// The gradient of its weight.
pub(super) unsafe fn grad_weight(by: &Kernels, conv: &Conv<'_>) -> bool {
    let Some((strided, picks)) = by.strided.as_ref().zip(Picks::new(by.lanes.number, conv.window)) else {
        return false;
    };
    // SAFETY: as above.
    unsafe { (strided.to_weight)(conv, &picks) };
    true
}

/// The gradient of its input.
pub(super) unsafe fn to_input(by: &Kernels, conv: &Conv<'_>) -> bool {
    let Some(strided) = &by.strided else { return false };
    let sources = match conv.window.stride[1] {
        2 | 3 if suits(conv.window) => Sources::new(by.lanes.number, conv.window),
        _ => return false,
    };
    if sources.most() > 4 {
        return false;
    }
    // SAFETY: as above.
    unsafe { (strided.to_input)(conv, &sources) };
    true
}

/// Whether it is a depthwise convolution with a stride, small enough for the tables.
fn suits(window: &Window) -> bool {
    let (channels, stride) = (window.input[0], window.stride);
    let alone = window.groups == channels && window.output[0] == channels;
    let small = window.taps() <= TAPS && window.kernel.iter().all(|&side| side <= SIDE);
    alone && small && stride != [1, 1] && stride.iter().all(|&stride| stride <= STRIDES)
}

/// Where vectors of the output find their numbers.
struct Picks {
    /// Rows and columns of the output that a vector has.
    rows: usize,
    columns: usize,
    /// For each column of the window, a place for each lane.
    places: [[i32; WIDEST]; SIDE],
}

impl Picks {
    /// `None` if the window is not of this kind, or too wide for two vectors.
    fn new(lanes: usize, window: &Window) -> Option<Picks> {
        let (ow, stride, last) =
            (window.output[2], window.stride[1], (window.kernel[1] - 1) * window.dilation[1]);
        if !suits(window) || last >= lanes {
            return None;
        }
        let two = (ow - 1) * stride + last < lanes && 2 * ow <= lanes && window.output[1] > 1;
        let most = ((2 * lanes - 1 - last) / stride + 1).min(lanes);
        let columns = ow.div_ceil(ow.div_ceil(most)); // about equal
        let mut places = [[0; WIDEST]; SIDE];
        for (kx, places) in places.iter_mut().enumerate().take(window.kernel[1]) {
            for (lane, place) in places.iter_mut().enumerate().take(lanes) {
                let second = two && lane >= columns;
                let column = if second { lane - columns } else { lane };
                let at = column * stride + kx * window.dilation[1] + if second { lanes } else { 0 };
                *place = at.min(2 * lanes - 1) as i32;
            }
        }
        Some(Picks { rows: if two { 2 } else { 1 }, columns, places })
    }
}

/// Two vectors of the input, for the first row of the window: where they are, in which row, and what of them is inside of it.
struct Pair {
    from: [*const f32; 2],
    rows: [isize; 2],
    masks: [u16; 2],
}

impl Pair {
    /// The vectors of row `ky` of the window; `INSIDE` if all rows of the window are inside of the map.
    #[inline(always)]
    unsafe fn load<V: Wide, const INSIDE: bool>(&self, ky: usize, window: &Window) -> [V; 2] {
        let down = ky * window.dilation[0];
        // SAFETY: the caller's; masks keep to what is inside of the map.
        let mut vectors = [unsafe { V::splat(0.0) }; 2];
        for (i, v) in vectors.iter_mut().enumerate() {
            let inside = INSIDE || ((self.rows[i] + down as isize) as usize) < window.input[1];
            let from = self.from[i].wrapping_add(down * window.input[2]);
            // SAFETY: as above.
            *v = unsafe { V::load_masked(from, if inside { self.masks[i] } else { 0 }) };
        }
        vectors
    }
}

/// What becomes of the vectors of a map.
trait Vectors {
    /// Whether it is compiled once more for the rows whose windows are inside of the map. Sums that go on from row to row
    /// would leave the registers.
    const TWICE: bool;
    /// A vector of the output: where it begins, which numbers it has, and what it comes from.
    unsafe fn take<const INSIDE: bool>(&mut self, at: usize, numbers: u16, pair: &Pair);
}

/// All vectors of a map.
#[inline(always)]
unsafe fn vectors<V: Wide, T: Vectors>(window: &Window, picks: &Picks, map: *const f32, to: &mut T) {
    let ([_, h, w], [_, oh, ow]) = (window.input, window.output);
    let span = ((window.kernel[0] - 1) * window.dilation[0]) as isize;
    for first in (0..ow).step_by(picks.columns) {
        let columns = picks.columns.min(ow - first);
        let at = (first * window.stride[1]) as isize - window.pad[1] as isize;
        let (apart, down) =
            if picks.rows == 1 { (V::LANES, 0) } else { (window.stride[0] * w, window.stride[0]) };
        let masks = [0, if picks.rows == 1 { V::LANES as isize } else { 0 }]
            .map(|by| bits(V::LANES, -at - by, w as isize - at - by));
        let numbers = bits(V::LANES, 0, (picks.rows * columns) as isize);
        for row in (0..oh).step_by(picks.rows) {
            let top = (row * window.stride[0]) as isize - window.pad[0] as isize;
            let from = map.wrapping_offset(top * w as isize + at);
            let rows = [top, top + down as isize];
            let pair = Pair { from: [from, from.wrapping_add(apart)], rows, masks };
            // SAFETY: the caller's.
            unsafe {
                if T::TWICE && top >= 0 && rows[1] + span < h as isize && row + picks.rows <= oh {
                    to.take::<true>(row * ow + first, numbers, &pair);
                } else {
                    let n = picks.rows.min(oh - row) * columns;
                    to.take::<false>(row * ow + first, bits(V::LANES, 0, n as isize), &pair);
                }
            }
        }
    }
}

/// `y = bias + Σ w x` of a map, for a window whose size may be compiled in.
struct Sums<'a, V, const KH: usize, const KW: usize> {
    window: &'a Window,
    picks: &'a Picks,
    w: &'a [f32; TAPS],
    bias: V,
    relu: bool,
    y: *mut f32,
}

impl<V: Wide, const KH: usize, const KW: usize> Vectors for Sums<'_, V, KH, KW> {
    const TWICE: bool = true;

    #[inline(always)]
    unsafe fn take<const INSIDE: bool>(&mut self, at: usize, numbers: u16, pair: &Pair) {
        let [kh, kw] = if KH > 0 { [KH, KW] } else { self.window.kernel };
        let mut sum = self.bias;
        // SAFETY: the caller's.
        unsafe {
            for ky in 0..kh {
                let (pair, mut row) = (pair.load::<V, INSIDE>(ky, self.window), V::splat(0.0));
                for (kx, places) in self.picks.places.iter().enumerate().take(kw) {
                    row = V::pick(pair, places).mul_add(V::splat(self.w[ky * kw + kx]), row);
                }
                sum = sum.add(row);
            }
            let sum = if self.relu { sum.relu() } else { sum };
            sum.store_masked(self.y.wrapping_add(at), numbers);
        }
    }
}

/// All maps: `y = bias + Σ w x`.
#[inline(always)]
unsafe fn maps<V: Wide, const KH: usize, const KW: usize>(conv: &Conv<'_>, picks: &Picks) {
    let (window, (x_sample, plane)) = (conv.window, conv.sizes());
    let channels = window.input[0];
    let mut w = [0.0; TAPS];
    for i in 0..conv.samples * channels {
        let channel = i % channels;
        // SAFETY: the caller's.
        unsafe {
            for (k, w) in w.iter_mut().enumerate().take(window.taps()) {
                *w = *conv.w.add(k * channels + channel);
            }
            let bias = V::splat(conv.bias.map_or(0.0, |bias| *bias.add(channel) + 0.0)); // not -0, as elsewhere
            let y = conv.y.wrapping_add(i * plane);
            let mut sums = Sums::<V, KH, KW> { window, picks, w: &w, bias, relu: conv.relu, y };
            vectors::<V, _>(window, picks, conv.x.wrapping_add(i * (x_sample / channels)), &mut sums);
        }
    }
}

/// `Σ dy x` of a map, for `KH` rows and `KW` columns of the window, of which the first is given.
struct Dots<'a, V, const KH: usize, const KW: usize> {
    window: &'a Window,
    picks: &'a Picks,
    first: [usize; 2],
    dy: *const f32,
    sums: [[V; KW]; KH],
}

impl<V: Wide, const KH: usize, const KW: usize> Vectors for Dots<'_, V, KH, KW> {
    const TWICE: bool = false;

    #[inline(always)]
    unsafe fn take<const INSIDE: bool>(&mut self, at: usize, numbers: u16, pair: &Pair) {
        let [top, left] = self.first;
        // SAFETY: the caller's.
        unsafe {
            let dy = V::load_masked(self.dy.wrapping_add(at), numbers);
            for (ky, sums) in self.sums.iter_mut().enumerate() {
                let pair = pair.load::<V, INSIDE>(top + ky, self.window);
                for (sum, places) in sums.iter_mut().zip(&self.picks.places[left..]) {
                    *sum = V::pick(pair, places).mul_add(dy, *sum);
                }
            }
        }
    }
}

/// `dw += Σ dy x` of all maps, for `KH` rows and `KW` columns of the window, of which the first is given.
#[inline(always)]
unsafe fn dots<V: Wide, const KH: usize, const KW: usize>(conv: &Conv<'_>, picks: &Picks, first: [usize; 2]) {
    let (window, (x_sample, plane)) = (conv.window, conv.sizes());
    let channels = window.input[0];
    for channel in 0..channels {
        // SAFETY: the caller's.
        unsafe {
            let sums = [[V::splat(0.0); KW]; KH];
            let mut dots = Dots::<V, KH, KW> { window, picks, first, dy: conv.y, sums };
            for i in (0..conv.samples).map(|sample| sample * channels + channel) {
                dots.dy = conv.y.wrapping_add(i * plane);
                vectors::<V, _>(window, picks, conv.x.wrapping_add(i * (x_sample / channels)), &mut dots);
            }
            let mut all = [V::splat(0.0); 16];
            all[..KH * KW].copy_from_slice(dots.sums.as_flattened());
            let mut numbers = [0.0; 16];
            V::store_sums(all, numbers.as_mut_ptr());
            for (k, sum) in numbers.iter().enumerate().take(KH * KW) {
                let k = (first[0] + k / KW) * window.kernel[1] + first[1] + k % KW;
                *conv.w.add(k * channels + channel) += sum;
            }
        }
    }
}

/// What comes to a row or a column of the input, by its remainder.
#[derive(Clone, Copy)]
struct Source {
    /// Which number of the window, and how far from the number of the input, divided by the stride, that of the output is.
    k: usize,
    by: isize,
}

/// Where the gradient of the input comes from.
struct Sources {
    /// For each remainder, a row's and a column's sources, and how many.
    of: [[[Source; SIDE]; STRIDES]; 2],
    number: [[usize; STRIDES]; 2],
    /// For each vector of the result, places in what there is already and in the vector of the next remainder.
    places: [[[i32; WIDEST]; STRIDES]; STRIDES],
}

impl Sources {
    fn new(lanes: usize, window: &Window) -> Sources {
        let mut sources = Sources {
            of: [[[Source { k: 0, by: 0 }; SIDE]; STRIDES]; 2],
            number: [[0; STRIDES]; 2],
            places: [[[0; WIDEST]; STRIDES]; STRIDES],
        };
        for axis in [0, 1] {
            let stride = window.stride[axis] as isize;
            for k in 0..window.kernel[axis] {
                let at = (k * window.dilation[axis]) as isize - window.pad[axis] as isize;
                let remainder = at.rem_euclid(stride) as usize;
                let number = &mut sources.number[axis][remainder];
                sources.of[axis][remainder][*number] = Source { k, by: -at.div_euclid(stride) };
                *number += 1;
            }
        }
        let stride = window.stride[1];
        for (vector, places) in sources.places.iter_mut().enumerate().take(stride) {
            for (next, places) in places.iter_mut().enumerate().take(stride).skip(1) {
                for (lane, place) in places.iter_mut().enumerate().take(lanes) {
                    let (column, remainder) =
                        ((vector * lanes + lane) / stride, (vector * lanes + lane) % stride);
                    *place = if remainder == next {
                        lanes + column
                    } else if next == 1 {
                        column
                    } else {
                        lane
                    } as i32;
                }
            }
        }
        sources
    }

    /// How many sources a column has at most.
    fn most(&self) -> usize {
        self.number[1].into_iter().max().unwrap_or(0)
    }

    fn of(&self, axis: usize, remainder: usize) -> &[Source] {
        &self.of[axis][remainder][..self.number[axis][remainder]]
    }
}

/// All maps: the gradient of the input, for columns that are `SX` apart and have at most `T` sources.
#[inline(always)]
unsafe fn to_input_by<V: Wide, const SX: usize, const T: usize>(conv: &Conv<'_>, sources: &Sources) {
    let (window, (x_sample, plane)) = (conv.window, conv.sizes());
    let ([channels, h, w], [_, oh, ow], [kh, kw]) = (window.input, window.output, window.kernel);
    let (sy, all) = (window.stride[0], w.div_ceil(SX));
    let columns = all.div_ceil(all.div_ceil(V::LANES)); // about equal
    let mut weights = [[[0.0; T]; SX]; SIDE]; // zero in place of a source that is not there
    for i in 0..conv.samples * channels {
        let channel = i % channels;
        let (dx, dy) = (conv.x.wrapping_add(i * (x_sample / channels)), conv.y.wrapping_add(i * plane));
        // SAFETY: the caller's; masks keep to what is inside of the maps.
        unsafe {
            for (ky, weights) in weights.iter_mut().enumerate().take(kh) {
                for (x, weights) in weights.iter_mut().enumerate() {
                    for (weight, source) in weights.iter_mut().zip(sources.of(1, x)) {
                        *weight = *conv.w.add((ky * kw + source.k) * channels + channel);
                    }
                }
            }
            for first in (0..all).step_by(columns) {
                let end = w.min((first + columns) * SX); // of the columns of `dx`
                let (mut by, mut masks, mut stored) = ([[0; T]; SX], [[0; T]; SX], [0; SX]);
                for x in 0..SX {
                    for (t, source) in sources.of(1, x).iter().enumerate() {
                        let at = first as isize + source.by;
                        (by[x][t], masks[x][t]) = (source.by, bits(V::LANES, -at, ow as isize - at));
                    }
                    stored[x] = bits(V::LANES, 0, end as isize - (first * SX + x * V::LANES) as isize);
                }
                for top in 0..h.div_ceil(sy) {
                    for y in 0..sy.min(h - top * sy) {
                        let mut sums = [V::splat(0.0); SX];
                        for down in sources.of(0, y) {
                            let row = top as isize + down.by;
                            if row as usize >= oh {
                                continue;
                            }
                            let from = dy.wrapping_offset(row * ow as isize + first as isize);
                            let weights = &weights[down.k];
                            for (x, sum) in sums.iter_mut().enumerate() {
                                for t in 0..T {
                                    let dy = V::load_masked(from.wrapping_offset(by[x][t]), masks[x][t]);
                                    *sum = dy.mul_add(V::splat(weights[x][t]), *sum);
                                }
                            }
                        }
                        let to = dx.wrapping_add((top * sy + y) * w + first * SX);
                        for (i, (&stored, places)) in stored.iter().zip(&sources.places).enumerate() {
                            let mut v = sums[0];
                            for (sum, places) in sums.iter().zip(places).skip(1) {
                                v = V::pick([v, *sum], places);
                            }
                            v.store_masked(to.wrapping_add(i * V::LANES), stored);
                        }
                    }
                }
            }
        }
    }
}

/// What is compiled for an instruction set that has masks. The functions ask for a processor with the instructions, and for
/// maps and weights as the convolution says.
pub(super) struct Strided {
    forward: unsafe fn(&Conv<'_>, &Picks),
    to_weight: unsafe fn(&Conv<'_>, &Picks),
    to_input: unsafe fn(&Conv<'_>, &Sources),
}

macro_rules! strided {
    (#[$meta:meta] $name:ident: $v:ty) => {
        pub(super) const $name: Option<Strided> = {
            #[$meta]
            unsafe fn forward(conv: &Conv<'_>, picks: &Picks) {
                // SAFETY: the caller's word, here and below.
                unsafe {
                    if conv.window.kernel == [3, 3] {
                        maps::<$v, 3, 3>(conv, picks)
                    } else {
                        maps::<$v, 0, 0>(conv, picks)
                    }
                }
            }
            #[$meta]
            unsafe fn to_weight(conv: &Conv<'_>, picks: &Picks) {
                let [kh, kw] = conv.window.kernel;
                // SAFETY: as above.
                unsafe {
                    if [kh, kw] == [3, 3] {
                        return dots::<$v, 3, 3>(conv, picks, [0, 0]);
                    }
                    for ky in 0..kh {
                        let mut kx = 0;
                        while kx < kw {
                            if kw - kx >= 3 {
                                dots::<$v, 1, 3>(conv, picks, [ky, kx]);
                                kx += 3;
                            } else {
                                dots::<$v, 1, 1>(conv, picks, [ky, kx]);
                                kx += 1;
                            }
                        }
                    }
                }
            }
            #[$meta]
            unsafe fn to_input(conv: &Conv<'_>, sources: &Sources) {
                // SAFETY: as above.
                unsafe {
                    match (conv.window.stride[1], sources.most()) {
                        (2, 0..=1) => to_input_by::<$v, 2, 1>(conv, sources),
                        (2, 2) => to_input_by::<$v, 2, 2>(conv, sources),
                        (2, _) => to_input_by::<$v, 2, 4>(conv, sources),
                        (_, 0..=1) => to_input_by::<$v, 3, 1>(conv, sources),
                        _ => to_input_by::<$v, 3, 4>(conv, sources),
                    }
                }
            }
            Some(Strided { forward, to_weight, to_input })
        };
    };
}

strided! {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    AVX512: F32x16
}
strided! {
    #[target_feature(enable = "avx2,fma")]
    AVX2: F32x8
}
