//! Convolutions as wide as their maps, or as every `s`-th column of them: each number of the window is the whole map, moved.
//!
//! A map is taken as one row. Vectors run across the ends of its rows; what has come from a row's other end, or from beyond
//! the map, is masked when it is added. With a stride of 1 nothing is copied, and zeros around the map are nowhere. With a
//! stride of `s`, each remainder of rows and columns is copied to a map of its own, a **phase**, as wide as the output.
//!
//! A tile keeps its sums while it goes through the numbers of the window and, for each of them, through the channels: so a
//! mask is loaded once for all channels.

use super::super::simd::{F32x16, Wide};
use super::Window;
use super::depthwise::bits;
use super::kernels::Kernels;
use super::parts::Conv;
use super::phases::{Phases, Plan, SIDE, TAPS};
use super::tile::Start;

/// Masks of a table: 4 KiB, on the stack.
const MASKS: usize = 2 * 1024;

/// A number of the window.
#[derive(Clone, Copy, Default)]
struct Move {
    /// From the place of an output to what it comes from, in the map or its phase.
    a: isize,
    /// The same for the weight.
    b: usize,
}

/// A convolution, or with `back` the gradient of the input of one.
pub(super) unsafe fn convolve(by: &Kernels, conv: &Conv<'_>, back: bool) -> bool {
    let Some(moved) = &by.moved else { return false };
    let Some(plan) = Plan::new(by.lanes.number, conv.window) else { return false };
    // SAFETY: the caller's word for the maps and the instructions.
    unsafe { moved(conv, &plan, back) };
    true
}

/// All maps.
#[inline(always)]
unsafe fn maps<V: Wide>(conv: &Conv<'_>, plan: &Plan, back: bool) {
    let (window, (x_sample, plane), (inputs, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let (numbers, kw, ow) = (window.taps(), window.kernel[1], window.output[2]);
    // from one input channel of a weight to the next, and from one number of the window to the next
    let w_row = if back { window.input[0] } else { window.output[0] };
    let w_channel = numbers * w_row;
    let mut moves = [Move::default(); TAPS];
    for (k, to) in moves.iter_mut().enumerate().take(numbers) {
        let (y, x) = (plan.rows.moves[k / kw], plan.columns.moves[k % kw]);
        let phase = (y.phase * plan.columns.number + x.phase) * plan.channels * plan.channel;
        let k = if back { numbers - 1 - k } else { k };
        *to = Move { a: phase as isize + y.by * ow as isize + x.by, b: k * w_row };
    }
    let moves = &moves[..numbers];
    let places = moves.iter().map(|by| by.a);
    let reach = places.fold([0; 2], |[least, most], a| [a.min(least), a.max(most)]);
    let vectors = plane.div_ceil(V::LANES);
    let once = vectors * numbers <= MASKS;
    let most = if once { plan.vectors } else { plan.vectors.min(MASKS / numbers) };
    let mut masks = [0; MASKS];
    if once {
        set_masks(&mut masks, V::LANES, window, plan, 0, vectors);
    }
    let mut phases = Phases::uninit();
    for sample in 0..conv.samples {
        for group in 0..window.groups {
            for first in (0..inputs).step_by(plan.channels) {
                let channels = plan.channels.min(inputs - first);
                let at = group * inputs + first;
                let map = conv.x.wrapping_add(sample * x_sample + at * window.input[1] * window.input[2]);
                let w = if back { at } else { group * outputs + first * w_channel };
                let c = conv.y.wrapping_add((sample * window.output[0] + group * outputs) * plane);
                for begin in (0..vectors).step_by(most) {
                    let number = most.min(vectors - begin);
                    if !once {
                        set_masks(&mut masks, V::LANES, window, plan, begin, number);
                    }
                    let place = begin * V::LANES;
                    let (a, ends) = if plan.whole {
                        let end = conv.x.wrapping_add(x_sample * conv.samples);
                        (map.wrapping_add(place), [conv.x, end])
                    } else {
                        let (row, ends) = (place / ow, phases.ends());
                        // SAFETY: the caller's.
                        unsafe { plan.copy::<V>(window, row, map, channels, ends[0]) };
                        let a =
                            ends[0].wrapping_add(place - row * ow).wrapping_offset(-plan.top * ow as isize);
                        (a, ends)
                    };
                    let readable = ends.map(|end| (end as isize - a as isize) / size_of::<f32>() as isize);
                    let sums = Sums {
                        a,
                        a_channel: plan.channel,
                        readable,
                        reach,
                        channels,
                        moves,
                        masks: &masks[if once { begin } else { 0 }..],
                        masks_move: if once { vectors } else { number },
                        b: conv.w.wrapping_add(w),
                        b_channel: if back { 1 } else { w_channel },
                        b_column: if back { w_channel } else { 1 },
                        c: c.wrapping_add(place),
                        c_column: plane,
                        left: plane - place,
                        start: match conv.bias {
                            _ if first > 0 => Start::Sum,
                            Some(bias) => Start::Bias(bias.wrapping_add(group * outputs)),
                            None => Start::Zero,
                        },
                        relu: conv.relu && first + channels == inputs,
                    };
                    // SAFETY: the caller's.
                    unsafe { tiles::<V>(&sums, number, outputs) };
                }
            }
        }
    }
}

/// Sets the masks of `number` vectors from `begin`: for each number of the window, all vectors.
fn set_masks(
    masks: &mut [u16; MASKS],
    lanes: usize,
    window: &Window,
    plan: &Plan,
    begin: usize,
    number: usize,
) {
    let ([_, oh, ow], [kh, kw]) = (window.output, window.kernel);
    let (rows, columns) = (&plan.rows.moves[..kh], &plan.columns.moves[..kw]);
    let masks = &mut masks[..kh * kw * number];
    // of the vectors whose rows move inside of the map those are equal that begin at the same column
    let period = ow >> ow.trailing_zeros().min(lanes.trailing_zeros());
    let first = rows.iter().map(|y| (-y.by).max(0) as usize).max().unwrap_or(0);
    let end = rows.iter().map(|y| (y.size as isize - y.by).max(0) as usize).min().unwrap_or(0).min(oh);
    let within = |vector: usize| vector.saturating_sub(begin).min(number);
    let first = within((first * ow).div_ceil(lanes));
    let end = within(end * ow / lanes).max(first);
    for i in (0..end.min(first + period)).chain(end..number) {
        let at = (begin + i) * lanes;
        let (mut down, mut right) = ([0; SIDE], [0; SIDE]);
        for row in at / ow..(at + lanes).div_ceil(ow).min(oh) {
            let from = (row * ow) as isize - at as isize;
            for (down, y) in down.iter_mut().zip(rows) {
                if ((row as isize + y.by) as usize) < y.size {
                    *down |= bits(lanes, from, from + ow as isize);
                }
            }
            for (right, x) in right.iter_mut().zip(columns) {
                let (left, width) = ((-x.by).max(0), (x.size as isize - x.by).min(ow as isize));
                *right |= bits(lanes, from + left, from + width.max(left));
            }
        }
        let mut masks = masks[i..].iter_mut().step_by(number);
        for down in &down[..kh] {
            for (right, mask) in right[..kw].iter().zip(&mut masks) {
                *mask = down & right;
            }
        }
    }
    if first + period < end {
        for masks in masks.chunks_exact_mut(number) {
            let mut known = period;
            while first + known < end {
                let more = known.min(end - first - known);
                masks.copy_within(first..first + more, first + known);
                known += more;
            }
        }
    }
}

/// Sums over channels and numbers of the window: `c[place, column] = Σ a[place + move, channel] b[move, channel, column]`.
///
/// The pointers must be good for all that is named and not masked.
struct Sums<'a> {
    a: *const f32,
    a_channel: usize,
    /// What may be read without a mask, from `a`.
    readable: [isize; 2],
    /// The least and the largest move, or none.
    reach: [isize; 2],
    channels: usize,
    moves: &'a [Move],
    masks: &'a [u16],
    /// From the masks of one move to those of the next.
    masks_move: usize,
    b: *const f32,
    b_channel: usize,
    b_column: usize,
    c: *mut f32,
    c_column: usize,
    /// Places from `c` to the end of the map.
    left: usize,
    start: Start,
    relu: bool,
}

/// All tiles of some vectors and columns.
#[inline(always)]
unsafe fn tiles<V: Wide>(p: &Sums<'_>, vectors: usize, columns: usize) {
    let mut column = 0;
    while column < columns {
        let left = columns - column;
        let width = left.div_ceil(left.div_ceil(COLUMNS)); // about equal
        let mut vector = 0;
        while vector < vectors {
            let left = vectors - vector;
            let number = left.div_ceil(left.div_ceil(4));
            // SAFETY: the caller's.
            unsafe {
                match number {
                    1 => tiles_of::<V, 1>(p, vector, column, width),
                    2 => tiles_of::<V, 2>(p, vector, column, width),
                    3 => tiles_of::<V, 3>(p, vector, column, width),
                    _ => tiles_of::<V, 4>(p, vector, column, width),
                }
            }
            vector += number;
        }
        column += width;
    }
}

/// Columns of a tile.
const COLUMNS: usize = 6;

#[inline(always)]
unsafe fn tiles_of<V: Wide, const MV: usize>(p: &Sums<'_>, vector: usize, column: usize, width: usize) {
    // SAFETY: the caller's.
    unsafe {
        match width {
            1 => tile::<V, MV, 1>(p, vector, column),
            2 => tile::<V, MV, 2>(p, vector, column),
            3 => tile::<V, MV, 3>(p, vector, column),
            4 => tile::<V, MV, 4>(p, vector, column),
            5 => tile::<V, MV, 5>(p, vector, column),
            _ => tile::<V, MV, 6>(p, vector, column),
        }
    }
}

/// `MV` vectors by `NR` columns of sums.
#[inline(always)]
unsafe fn tile<V: Wide, const MV: usize, const NR: usize>(p: &Sums<'_>, vector: usize, column: usize) {
    let at = vector * V::LANES;
    let left = p.left - at; // of the map; the last vector may have fewer numbers
    let mut at_column = [0; NR];
    for (j, at) in at_column.iter_mut().enumerate() {
        *at = j * p.b_column;
    }
    // SAFETY: the caller's.
    unsafe {
        let c = p.c.add(column * p.c_column + at);
        let mut sums = [[V::splat(0.0); MV]; NR];
        match p.start {
            Start::Zero => {}
            Start::Bias(bias) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::splat(*bias.add(column + j) + 0.0); MV]; // not -0, as elsewhere
                }
            }
            Start::Sum => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    for (i, sum) in sums.iter_mut().enumerate() {
                        let mask = bits(V::LANES, 0, left as isize - (i * V::LANES) as isize);
                        *sum = V::load_masked(c.wrapping_add(j * p.c_column + i * V::LANES), mask);
                    }
                }
            }
        }
        let (a, b) = (p.a.wrapping_add(at), p.b.wrapping_add(column * p.b_column));
        let number = p.channels;
        let end = at + (MV * V::LANES) + (number - 1) * p.a_channel;
        let inner = at as isize + p.reach[0] >= p.readable[0] && end as isize + p.reach[1] <= p.readable[1];
        for (k, by) in p.moves.iter().enumerate() {
            let masks = &*p.masks.as_ptr().add(k * p.masks_move + vector).cast::<[u16; MV]>();
            if *masks == [0; MV] {
                continue;
            }
            let [before, after] =
                if inner { [0, number] } else { readable::<MV>(p, at as isize + by.a, V::LANES) };
            let (mut a, mut b) = (a.wrapping_offset(by.a), b.wrapping_add(by.b));
            for _ in 0..before {
                add::<V, MV, NR, true>(&mut sums, a, masks, b, at_column);
                (a, b) = (a.wrapping_add(p.a_channel), b.wrapping_add(p.b_channel));
            }
            for _ in before..after {
                add::<V, MV, NR, false>(&mut sums, a, masks, b, at_column);
                (a, b) = (a.wrapping_add(p.a_channel), b.wrapping_add(p.b_channel));
            }
            for _ in after..number {
                add::<V, MV, NR, true>(&mut sums, a, masks, b, at_column);
                (a, b) = (a.wrapping_add(p.a_channel), b.wrapping_add(p.b_channel));
            }
        }
        for (j, sums) in sums.into_iter().enumerate() {
            for (i, sum) in sums.into_iter().enumerate() {
                let sum = if p.relu { sum.relu() } else { sum };
                let c = c.wrapping_add(j * p.c_column + i * V::LANES);
                if i + 1 < MV || left >= MV * V::LANES {
                    sum.store(c);
                } else {
                    sum.store_part(c, left - i * V::LANES);
                }
            }
        }
    }
}

/// The first channel whose `MV` vectors at a place may be read without a mask, and the end of them.
#[inline(always)]
fn readable<const MV: usize>(p: &Sums<'_>, place: isize, lanes: usize) -> [usize; 2] {
    let after = place + (MV * lanes + (p.channels - 1) * p.a_channel) as isize - p.readable[1];
    let [before, after] =
        [p.readable[0] - place, after].map(|by| (by.max(0) as usize).div_ceil(p.a_channel).min(p.channels));
    [before, (p.channels - after).max(before)]
}

/// `sums += a b` where the bits of the masks are set; nothing else is read if `MASKED`.
#[inline(always)]
unsafe fn add<V: Wide, const MV: usize, const NR: usize, const MASKED: bool>(
    sums: &mut [[V; MV]; NR],
    a: *const f32,
    masks: &[u16; MV],
    b: *const f32,
    at: [usize; NR],
) {
    // SAFETY: the caller's word for the pointers and the instructions.
    unsafe {
        let mut vectors = [V::splat(0.0); MV];
        for (i, v) in vectors.iter_mut().enumerate() {
            let a = a.wrapping_add(i * V::LANES);
            *v = if MASKED { V::load_masked(a, masks[i]) } else { V::load(a) };
        }
        for (sums, at) in sums.iter_mut().zip(at) {
            let b = V::splat(*b.add(at));
            for ((sum, a), &mask) in sums.iter_mut().zip(vectors).zip(masks) {
                *sum = a.mul_add_masked(b, *sum, mask);
            }
        }
    }
}

/// What is compiled for an instruction set whose sums have masks. Asks for a processor with the instructions, and for maps
/// and weights as the convolution says.
pub(super) type Moved = unsafe fn(&Conv<'_>, &Plan, bool);

pub(super) const AVX512: Option<Moved> = {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    unsafe fn moved(conv: &Conv<'_>, plan: &Plan, back: bool) {
        // SAFETY: the caller's word.
        unsafe { maps::<F32x16>(conv, plan, back) }
    }
    Some(moved)
};
