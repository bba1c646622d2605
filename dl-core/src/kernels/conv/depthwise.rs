//! Depthwise convolutions that keep the size of their maps: every number of the window is the whole map, moved.
//!
//! A map is taken as one row. Vectors run across the ends of its rows, and what has come from a row's other end, or from
//! beyond the map, is masked. Nothing is copied, and no width is slow.

use core::ops::Range;

use super::super::simd::{F32x8, F32x16, Wide};
use super::Window;
use super::kernels::Kernels;
use super::parts::Conv;

/// Masks of a table: 4 KiB, on the stack.
const MASKS: usize = 2 * 1024;

/// Rows and columns of a window, and numbers of it, at most.
pub(super) const SIDE: usize = 16;
pub(super) const TAPS: usize = 49;

/// A depthwise convolution, or with `back` the gradient of its input.
pub(super) unsafe fn convolve(by: &Kernels, conv: &Conv<'_>, back: bool) -> bool {
    let Some(masked) = &by.masked else { return false };
    if !Moves::suit(by.lanes.number, conv.window) {
        return false;
    }
    let mut moves = Moves::NONE;
    moves.set(by.lanes.number, conv.window, back);
    let (channels, plane) = (conv.window.output[0], moves.plane);
    let (x, y) = if back { (conv.y, conv.x) } else { (conv.x, conv.y) };
    for sample in 0..conv.samples {
        let maps = Maps {
            x: x.wrapping_add(sample * channels * plane),
            w: conv.w,
            channels,
            bias: conv.bias,
            relu: conv.relu,
            y: y.wrapping_add(sample * channels * plane),
        };
        // SAFETY: the caller's word for the maps; masks keep to what is inside of them.
        unsafe { (masked.forward)(&moves, &maps) };
    }
    true
}

/// The gradient of the weight of a depthwise convolution.
pub(super) unsafe fn grad_weight(by: &Kernels, conv: &Conv<'_>) -> bool {
    let Some(masked) = &by.masked else { return false };
    if !Moves::suit(by.lanes.number, conv.window) {
        return false;
    }
    let mut moves = Moves::NONE;
    moves.set(by.lanes.number, conv.window, false);
    let channels = conv.window.output[0];
    let pairs = Pairs { x: conv.x, dy: conv.y, samples: conv.samples, dw: conv.w, channels };
    // SAFETY: as above.
    unsafe { (masked.to_weight)(&moves, &pairs) };
    true
}

/// How a map moves for each number of the window, and what of each vector is inside of it then.
///
/// Most vectors stay inside of the map for every move. Then only columns need masks, the same for each row of the window:
/// what is in the wrong column is added up with the rest, and left out of the sum of a column of the window. The vectors of
/// the first and last rows have a mask for each number of the window.
pub(super) struct Moves {
    /// Numbers of a map, and of a vector.
    plane: usize,
    lanes: usize,
    /// Rows and columns of the window.
    kernel: [usize; 2],
    /// The move for each row and for each column of the window.
    down: [isize; SIDE],
    right: [isize; SIDE],
    /// The vectors that stay inside of the map.
    inner: Range<usize>,
    /// A bit for each lane: for each vector, all columns of the window; then for each of the other vectors, all numbers of
    /// the window, column by column.
    masks: [u16; MASKS],
}

impl Moves {
    const NONE: Moves = Moves {
        plane: 0,
        lanes: 1,
        kernel: [0; 2],
        down: [0; SIDE],
        right: [0; SIDE],
        inner: 0..0,
        masks: [0; MASKS],
    };

    /// Whether the window is of this kind, and not too large for the table.
    fn suit(lanes: usize, window: &Window) -> bool {
        let ([channels, h, w], taps) = (window.input, window.taps());
        let alone = window.groups == channels && window.input == window.output && window.stride == [1, 1];
        let small = taps <= TAPS && window.kernel[0].max(window.kernel[1]) <= SIDE;
        alone && small && (h * w).div_ceil(lanes) * (taps + window.kernel[1]) <= MASKS
    }

    /// Sets what is `NONE` to the moves of a window that suits; with `back`, to those of the gradient of the input.
    fn set(&mut self, lanes: usize, window: &Window, back: bool) {
        let ([_, h, w], [kh, kw]) = (window.input, window.kernel);
        let vectors = (h * w).div_ceil(lanes);
        (self.plane, self.lanes, self.kernel) = (h * w, lanes, window.kernel);
        let along = |axis: usize, at: usize| {
            let by = (at * window.dilation[axis]) as isize - window.pad[axis] as isize;
            if back { -by } else { by }
        };
        for (ky, down) in self.down.iter_mut().enumerate().take(kh) {
            *down = along(0, ky) * w as isize;
        }
        for (kx, right) in self.right.iter_mut().enumerate().take(kw) {
            *right = along(1, kx);
        }
        let (down, right) = (&self.down[..kh], &self.right[..kw]);
        let furthest = |by: fn(isize) -> isize| {
            let most = |by_axis: &[isize]| by_axis.iter().map(|&by_one| by(by_one)).max().unwrap_or(0);
            (most(down) + most(right)).max(0) as usize
        };
        let (before, after) = (furthest(|by| -by), furthest(|by| by));
        for (kx, &right) in right.iter().enumerate() {
            let mut column = 0;
            for vector in 0..vectors {
                let mut row = -(column as isize);
                while row < lanes as isize {
                    let (first, end) =
                        (row.max(row - right), (row + w as isize).min(row + w as isize - right));
                    self.masks[vector * kw + kx] |= bits(lanes, first, end);
                    row += w as isize;
                }
                column += lanes;
                while column >= w {
                    column -= w;
                }
            }
        }
        let first = before.div_ceil(lanes).min(vectors);
        self.inner = first..((h * w).saturating_sub(after) / lanes).max(first);
        let mut edge = vectors * kw;
        for vector in (0..self.inner.start).chain(self.inner.end..vectors) {
            for kx in 0..kw {
                for down in &self.down[..kh] {
                    let start = -((vector * lanes) as isize) - down;
                    self.masks[edge] =
                        self.masks[vector * kw + kx] & bits(lanes, start, start + self.plane as isize);
                    edge += 1;
                }
            }
        }
    }
}

/// The bits of the lanes from `first` up to `end`.
pub(super) fn bits(lanes: usize, first: isize, end: isize) -> u16 {
    let below = |lane: isize| (1_u32 << lane.clamp(0, lanes as isize)) - 1;
    (below(end) & !below(first)) as u16
}

/// The maps of a sample, their weights and what comes of them: `y = bias + Σ w x`.
///
/// The pointers must be good for all that the moves name. The functions here ask no more of their caller, except that the
/// processor has the instructions of `V`.
pub(super) struct Maps {
    pub(super) x: *const f32,
    pub(super) w: *const f32,
    pub(super) channels: usize,
    pub(super) bias: Option<*const f32>,
    pub(super) relu: bool,
    pub(super) y: *mut f32,
}

/// All maps.
#[inline(always)]
pub(super) unsafe fn forward<V: Wide>(moves: &Moves, p: &Maps) {
    // SAFETY: the caller's.
    unsafe { if moves.kernel == [3, 3] { maps::<V, 3, 3>(moves, p) } else { maps::<V, 0, 0>(moves, p) } }
}

/// A map, moved to where a tile begins.
struct Map<'a> {
    x: *const f32,
    y: *mut f32,
    /// The weights, column by column.
    w: &'a [f32; TAPS],
    bias: f32,
    relu: bool,
}

/// All maps, for a window whose size may be compiled in.
#[inline(always)]
unsafe fn maps<V: Wide, const KH: usize, const KW: usize>(moves: &Moves, p: &Maps) {
    let vectors = moves.plane.div_ceil(V::LANES);
    let [kh, kw] = if KH > 0 { [KH, KW] } else { moves.kernel };
    let (columns, edges) = moves.masks.split_at(vectors * kw);
    let inner = &columns[moves.inner.start * kw..moves.inner.end * kw];
    let mut w = [0.0; TAPS];
    // SAFETY: the caller's.
    unsafe {
        for channel in 0..p.channels {
            for kx in 0..kw {
                for ky in 0..kh {
                    w[kx * kh + ky] = *p.w.add((ky * kw + kx) * p.channels + channel);
                }
            }
            let map = |vector: usize| Map {
                x: p.x.wrapping_add(channel * moves.plane + vector * V::LANES),
                y: p.y.wrapping_add(channel * moves.plane + vector * V::LANES),
                w: &w,
                bias: p.bias.map_or(0.0, |bias| *bias.add(channel) + 0.0), // not -0, as elsewhere
                relu: p.relu,
            };
            let (mut at, mut rest) = (moves.inner.start, inner);
            while rest.len() >= 4 * kw {
                tile::<V, 4, KH, KW>(moves, &map(at), rest);
                (at, rest) = (at + 4, &rest[4 * kw..]);
            }
            if rest.len() >= 2 * kw {
                tile::<V, 2, KH, KW>(moves, &map(at), rest);
                (at, rest) = (at + 2, &rest[2 * kw..]);
            }
            if !rest.is_empty() {
                tile::<V, 1, KH, KW>(moves, &map(at), rest);
            }
            let mut masks = edges;
            for at in (0..moves.inner.start).chain(moves.inner.end..vectors) {
                edge::<V, KH, KW>(moves, &map(at), masks, moves.plane - at * V::LANES);
                masks = &masks[kh * kw..];
            }
        }
    }
}

/// `MV` vectors that stay inside of the map.
#[inline(always)]
unsafe fn tile<V: Wide, const MV: usize, const KH: usize, const KW: usize>(
    moves: &Moves,
    p: &Map<'_>,
    masks: &[u16],
) {
    let [kh, kw] = if KH > 0 { [KH, KW] } else { moves.kernel };
    let masks = &masks[..MV * kw];
    // SAFETY: the caller's; all moves are inside of the map.
    unsafe {
        let mut sums = [V::splat(p.bias); MV];
        for kx in 0..kw {
            let mut column = [V::splat(0.0); MV];
            for ky in 0..kh {
                let w = V::splat(p.w[kx * kh + ky]);
                let from = p.x.wrapping_offset(moves.down[ky]).wrapping_offset(moves.right[kx]);
                for (i, sum) in column.iter_mut().enumerate() {
                    *sum = V::load(from.wrapping_add(i * V::LANES)).mul_add(w, *sum);
                }
            }
            for (i, (sum, column)) in sums.iter_mut().zip(column).enumerate() {
                *sum = sum.add_masked(column, masks[i * kw + kx]);
            }
        }
        for (i, sum) in sums.into_iter().enumerate() {
            let sum = if p.relu { sum.relu() } else { sum };
            sum.store(p.y.wrapping_add(i * V::LANES));
        }
    }
}

/// A vector of which some numbers are moved to outside of the map; at most `left` of them are stored.
#[inline(always)]
unsafe fn edge<V: Wide, const KH: usize, const KW: usize>(
    moves: &Moves,
    p: &Map<'_>,
    masks: &[u16],
    left: usize,
) {
    let [kh, kw] = if KH > 0 { [KH, KW] } else { moves.kernel };
    let masks = &masks[..kh * kw];
    // SAFETY: the caller's; masks keep to what is inside of the map.
    unsafe {
        let mut sum = V::splat(p.bias);
        for kx in 0..kw {
            let mut column = V::splat(0.0);
            for ky in 0..kh {
                let k = kx * kh + ky;
                let from = p.x.wrapping_offset(moves.down[ky]).wrapping_offset(moves.right[kx]);
                column = V::load_masked(from, masks[k]).mul_add(V::splat(p.w[k]), column);
            }
            sum = sum.add(column);
        }
        let sum = if p.relu { sum.relu() } else { sum };
        if left >= V::LANES { sum.store(p.y) } else { sum.store_part(p.y, left) }
    }
}

/// The maps of all samples, their gradients, and the gradients of their weights.
///
/// As of [`Maps`].
pub(super) struct Pairs {
    pub(super) x: *const f32,
    pub(super) dy: *const f32,
    pub(super) samples: usize,
    pub(super) dw: *mut f32,
    pub(super) channels: usize,
}

/// `dw += Σ dy x`, of all maps.
#[inline(always)]
pub(super) unsafe fn to_weight<V: Wide>(moves: &Moves, p: &Pairs) {
    // SAFETY: the caller's.
    unsafe {
        if moves.kernel == [3, 3] {
            return dots::<V, 3, 3>(moves, p, [0, 0]);
        }
        for kx in 0..moves.kernel[1] {
            let mut ky = 0;
            while ky < moves.kernel[0] {
                let rows = (moves.kernel[0] - ky).min(5);
                match rows {
                    1 => dots::<V, 1, 1>(moves, p, [ky, kx]),
                    2 => dots::<V, 2, 1>(moves, p, [ky, kx]),
                    3 => dots::<V, 3, 1>(moves, p, [ky, kx]),
                    4 => dots::<V, 4, 1>(moves, p, [ky, kx]),
                    _ => dots::<V, 5, 1>(moves, p, [ky, kx]),
                }
                ky += rows;
            }
        }
    }
}

/// The sums of `KH` rows and `KW` columns of the window, of which the first is given.
#[inline(always)]
unsafe fn dots<V: Wide, const KH: usize, const KW: usize>(
    moves: &Moves,
    p: &Pairs,
    [row, column]: [usize; 2],
) {
    let vectors = moves.plane.div_ceil(V::LANES);
    let [kh, kw] = moves.kernel;
    let (columns, edges) = moves.masks.split_at(vectors * kw);
    let inner = &columns[moves.inner.start * kw..moves.inner.end * kw];
    let (mut down, mut right) = ([0; KH], [0; KW]);
    down.copy_from_slice(&moves.down[row..row + KH]);
    right.copy_from_slice(&moves.right[column..column + KW]);
    // SAFETY: the caller's; masks keep to what is inside of the map.
    unsafe {
        for channel in 0..p.channels {
            let mut sums = [[V::splat(0.0); KH]; KW];
            for sample in 0..p.samples {
                let map = (sample * p.channels + channel) * moves.plane;
                let mut at = map + moves.inner.start * V::LANES;
                for masks in inner.chunks_exact(kw) {
                    let (x, dy) = (p.x.wrapping_add(at), V::load(p.dy.add(at)));
                    let masks = &masks[column..column + KW];
                    for ((sums, right), &mask) in sums.iter_mut().zip(right).zip(masks) {
                        let dy = dy.masked(mask);
                        for (sum, down) in sums.iter_mut().zip(down) {
                            let x = V::load(x.wrapping_offset(down).wrapping_offset(right));
                            *sum = x.mul_add(dy, *sum);
                        }
                    }
                    at += V::LANES;
                }
                let mut masks = edges;
                for i in (0..moves.inner.start).chain(moves.inner.end..vectors) {
                    let (at, left) = (map + i * V::LANES, moves.plane - i * V::LANES);
                    let (x, dy) = (p.x.wrapping_add(at), p.dy.wrapping_add(at));
                    let dy = if left >= V::LANES { V::load(dy) } else { V::load_part(dy, left) };
                    for (c, (sums, right)) in sums.iter_mut().zip(right).enumerate() {
                        let masks = &masks[(column + c) * kh + row..][..KH];
                        for ((sum, down), &mask) in sums.iter_mut().zip(down).zip(masks) {
                            let x = x.wrapping_offset(down).wrapping_offset(right);
                            *sum = V::load_masked(x, mask).mul_add(dy, *sum);
                        }
                    }
                    masks = &masks[kh * kw..];
                }
            }
            let mut all = [V::splat(0.0); 16];
            all[..KH * KW].copy_from_slice(sums.as_flattened());
            let mut numbers = [0.0; 16];
            V::store_sums(all, numbers.as_mut_ptr());
            for (k, sum) in numbers.iter().enumerate().take(KH * KW) {
                let k = (row + k % KH) * kw + column + k / KH;
                *p.dw.add(k * p.channels + channel) += sum;
            }
        }
    }
}

/// What is compiled for an instruction set that has masks. The functions ask for what those of this module do.
pub(super) struct Masked {
    pub(super) forward: unsafe fn(&Moves, &Maps),
    pub(super) to_weight: unsafe fn(&Moves, &Pairs),
}

macro_rules! masked {
    (#[$meta:meta] $name:ident: $v:ty) => {
        pub(super) const $name: Option<Masked> = {
            #[$meta]
            unsafe fn forward(moves: &Moves, p: &Maps) {
                // SAFETY: the caller's word.
                unsafe { super::depthwise::forward::<$v>(moves, p) }
            }
            #[$meta]
            unsafe fn to_weight(moves: &Moves, p: &Pairs) {
                // SAFETY: as above.
                unsafe { super::depthwise::to_weight::<$v>(moves, p) }
            }
            Some(Masked { forward, to_weight })
        };
    };
}

masked! {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    AVX512: F32x16
}
masked! {
    #[target_feature(enable = "avx2,fma")]
    AVX2: F32x8
}
