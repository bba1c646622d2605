//! Depthwise convolutions that keep the size of their maps: every number of the window is the whole map, moved.
//!
//! A map is taken as one row. Vectors run across the ends of its rows, and what has come from a row's other end, or from
//! beyond the map, is masked. Nothing is copied, and no width is slow.

use super::super::simd::{F32x8, F32x16, Wide};
use super::Window;
use super::kernels::Kernels;
use super::parts::Conv;

/// Masks of a table: 4 KiB, on the stack.
const MASKS: usize = 2 * 1024;

/// Numbers of a window, at most.
const TAPS: usize = 49;

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
    for i in 0..conv.samples * channels {
        let channel = i % channels;
        let map = Map {
            x: x.wrapping_add(i * plane),
            w: conv.w.wrapping_add(channel),
            w_step: channels,
            // SAFETY: the caller's word for the bias.
            bias: conv.bias.map_or(0.0, |bias| unsafe { *bias.add(channel) + 0.0 }), // not -0, as elsewhere
            relu: conv.relu,
            y: y.wrapping_add(i * plane),
        };
        // SAFETY: the caller's word for the maps; masks keep to what is inside of them.
        unsafe { (masked.forward)(&moves, &map) };
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
    let (channels, plane) = (conv.window.output[0], moves.plane);
    for i in 0..conv.samples * channels {
        let (x, dy) = (conv.x.wrapping_add(i * plane), conv.y.wrapping_add(i * plane));
        // SAFETY: as above.
        unsafe { (masked.to_weight)(&moves, x, dy, conv.w.wrapping_add(i % channels), channels) };
    }
    true
}

/// How a map moves for each number of the window, and what of each vector is inside of it then.
pub(super) struct Moves {
    /// Numbers of a map, and of a vector.
    plane: usize,
    lanes: usize,
    taps: usize,
    by: [isize; TAPS],
    /// A bit for each lane; of each vector, all numbers of the window.
    masks: [u16; MASKS],
}

impl Moves {
    const NONE: Moves = Moves { plane: 0, lanes: 1, taps: 0, by: [0; TAPS], masks: [0; MASKS] };

    /// Whether the window is of this kind, and not too large for the table.
    fn suit(lanes: usize, window: &Window) -> bool {
        let ([channels, h, w], taps) = (window.input, window.taps());
        let alone = window.groups == channels && window.input == window.output && window.stride == [1, 1];
        alone && taps <= TAPS && (h * w).div_ceil(lanes) * taps <= MASKS
    }

    /// Sets what is `NONE` to the moves of a window that suits; with `back`, to those of the gradient of the input.
    fn set(&mut self, lanes: usize, window: &Window, back: bool) {
        let ([_, h, w], taps) = (window.input, window.taps());
        (self.plane, self.lanes, self.taps) = (h * w, lanes, taps);
        for k in 0..taps {
            let along = |axis: usize, at: usize| {
                let by = (at * window.dilation[axis]) as isize - window.pad[axis] as isize;
                if back { -by } else { by }
            };
            let (down, right) = (along(0, k / window.kernel[1]), along(1, k % window.kernel[1]));
            self.by[k] = down * w as isize + right;
            let inside = |by: isize, size: usize| {
                let end = size as isize;
                (-by).clamp(0, end) as usize..(end - by).clamp(0, end) as usize
            };
            let columns = inside(right, w);
            for row in inside(down, h) {
                self.allow(k, row * w + columns.start, row * w + columns.end);
            }
        }
    }

    /// Sets the bits of a part of a row.
    fn allow(&mut self, k: usize, mut at: usize, end: usize) {
        while at < end {
            let lane = at % self.lanes;
            let n = (self.lanes - lane).min(end - at);
            self.masks[at / self.lanes * self.taps + k] |= (((1_u32 << n) - 1) << lane) as u16;
            at += n;
        }
    }
}

/// A map, its weights and what comes of them: `y = bias + Σ w x`.
///
/// The pointers must be good for all that the moves name. The functions here ask no more of their caller, except that the
/// processor has the instructions of `V`.
pub(super) struct Map {
    pub(super) x: *const f32,
    pub(super) w: *const f32,
    /// From one number of the window to the next.
    pub(super) w_step: usize,
    pub(super) bias: f32,
    pub(super) relu: bool,
    pub(super) y: *mut f32,
}

/// The whole map.
#[inline(always)]
pub(super) unsafe fn forward<V: Wide>(moves: &Moves, p: &Map) {
    let vectors = moves.plane.div_ceil(V::LANES);
    let mut first = 0;
    // SAFETY: the caller's.
    unsafe {
        while first + 4 <= vectors {
            tile::<V, 4>(moves, p, first);
            first += 4;
        }
        while first < vectors {
            tile::<V, 1>(moves, p, first);
            first += 1;
        }
    }
}

/// `MV` vectors of a map.
#[inline(always)]
unsafe fn tile<V: Wide, const MV: usize>(moves: &Moves, p: &Map, first: usize) {
    // SAFETY: the caller's; masks keep to what is inside of the map.
    unsafe {
        let mut sums = [V::splat(p.bias); MV];
        let masks = &moves.masks[first * moves.taps..][..MV * moves.taps];
        for k in 0..moves.taps {
            let w = V::splat(*p.w.add(k * p.w_step));
            let from = p.x.wrapping_add(first * V::LANES).wrapping_offset(moves.by[k]);
            for (i, sum) in sums.iter_mut().enumerate() {
                let x = V::load_masked(from.wrapping_add(i * V::LANES), masks[i * moves.taps + k]);
                *sum = x.mul_add(w, *sum);
            }
        }
        for (i, sum) in sums.into_iter().enumerate() {
            let sum = if p.relu { sum.relu() } else { sum };
            let (at, left) = ((first + i) * V::LANES, moves.plane - (first + i) * V::LANES);
            if left >= V::LANES { sum.store(p.y.add(at)) } else { sum.store_part(p.y.add(at), left) }
        }
    }
}

/// `dw += Σ dy x`, of a map.
#[inline(always)]
pub(super) unsafe fn to_weight<V: Wide>(
    moves: &Moves,
    x: *const f32,
    dy: *const f32,
    dw: *mut f32,
    step: usize,
) {
    let mut first = 0;
    while first < moves.taps {
        // SAFETY: the caller's.
        unsafe {
            if moves.taps - first >= 8 {
                dots::<V, 8>(moves, x, dy, dw, step, first);
                first += 8;
            } else {
                dots::<V, 1>(moves, x, dy, dw, step, first);
                first += 1;
            }
        }
    }
}

/// The sums of `NT` numbers of the window.
#[inline(always)]
unsafe fn dots<V: Wide, const NT: usize>(
    moves: &Moves,
    x: *const f32,
    dy: *const f32,
    dw: *mut f32,
    step: usize,
    first: usize,
) {
    // SAFETY: the caller's; masks keep to what is inside of the map.
    unsafe {
        let mut sums = [V::splat(0.0); 8]; // the first NT are used
        for (i, masks) in
            moves.masks.chunks_exact(moves.taps).take(moves.plane.div_ceil(V::LANES)).enumerate()
        {
            let (at, left) = (i * V::LANES, moves.plane - i * V::LANES);
            let dy = if left >= V::LANES { V::load(dy.add(at)) } else { V::load_part(dy.add(at), left) };
            for (k, sum) in sums.iter_mut().enumerate().take(NT) {
                let x = x.wrapping_add(at).wrapping_offset(moves.by[first + k]);
                *sum = V::load_masked(x, masks[first + k]).mul_add(dy, *sum);
            }
        }
        let [a, b, c, d, e, f, g, h] = sums;
        let sums = [V::sums([a, b, c, d]), V::sums([e, f, g, h])];
        for (k, sum) in sums.as_flattened().iter().enumerate().take(NT) {
            *dw.add((first + k) * step) += sum;
        }
    }
}

/// What is compiled for an instruction set that has masks. The functions ask for what those of this module do.
pub(super) struct Masked {
    pub(super) forward: unsafe fn(&Moves, &Map),
    pub(super) to_weight: unsafe fn(&Moves, *const f32, *const f32, *mut f32, usize),
}

macro_rules! masked {
    (#[$meta:meta] $name:ident: $v:ty) => {
        pub(super) const $name: Option<Masked> = {
            #[$meta]
            unsafe fn forward(moves: &Moves, p: &Map) {
                // SAFETY: the caller's word.
                unsafe { super::depthwise::forward::<$v>(moves, p) }
            }
            #[$meta]
            unsafe fn to_weight(moves: &Moves, x: *const f32, dy: *const f32, dw: *mut f32, step: usize) {
                // SAFETY: as above.
                unsafe { super::depthwise::to_weight::<$v>(moves, x, dy, dw, step) }
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
