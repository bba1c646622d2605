//! The maps of a [convolution that moves them](super::moved): where they are, or a copy for each remainder of a stride.

use core::mem::MaybeUninit;

use super::super::simd::{WIDEST, Wide};
use super::Window;
use super::depthwise::bits;
use super::lines::{Block, ROOM};

/// Numbers of a window, and rows and columns of it, at most.
pub(super) const TAPS: usize = 64;
pub(super) const SIDE: usize = 16;

/// With fewer channels of a group, masks would be loaded too often.
const FEW: usize = 4;

/// The largest stride.
const STRIDES: usize = 2;

/// Numbers after which the sets of the first cache begin anew, and how many of its ways maps may fill.
const SETS: usize = 1024;
const WAYS: usize = 8;

/// Numbers that fill half of the first cache.
const NEAR: usize = 6 * 1024;

/// The phases: 64 KiB, on the stack. They begin at a line of the cache.
#[repr(align(64))]
pub(super) struct Phases(MaybeUninit<[f32; ROOM]>);

impl Phases {
    pub(super) fn uninit() -> Phases {
        Phases(MaybeUninit::uninit())
    }

    /// The first number, and the end.
    pub(super) fn ends(&mut self) -> [*mut f32; 2] {
        let first = self.0.as_mut_ptr().cast::<f32>();
        [first, first.wrapping_add(ROOM)]
    }
}

/// How an axis moves for a number of the window.
#[derive(Clone, Copy, Default)]
pub(super) struct Along {
    pub(super) by: isize,
    /// Rows or columns of the phase.
    pub(super) size: usize,
    /// Which phase of those that there are.
    pub(super) phase: usize,
}

/// The phases of an axis and how they move.
pub(super) struct Axis {
    pub(super) moves: [Along; SIDE],
    /// The remainders that have a phase.
    phases: [usize; STRIDES],
    pub(super) number: usize,
}

impl Axis {
    fn new(window: &Window, axis: usize) -> Axis {
        let (size, stride) = (window.input[axis + 1], window.stride[axis]);
        let mut new = Axis { moves: [Along::default(); SIDE], phases: [0; STRIDES], number: 0 };
        for (k, along) in new.moves.iter_mut().enumerate().take(window.kernel[axis]) {
            let at = (k * window.dilation[axis]) as isize - window.pad[axis] as isize;
            let remainder = at.rem_euclid(stride as isize) as usize;
            let known = new.phases[..new.number].iter().position(|&phase| phase == remainder);
            let phase = known.unwrap_or(new.number);
            if known.is_none() {
                new.phases[phase] = remainder;
                new.number += 1;
            }
            let by = at.div_euclid(stride as isize);
            *along = Along { by, size: size.saturating_sub(remainder).div_ceil(stride), phase };
        }
        new
    }
}

/// A convolution of this kind.
pub(super) struct Plan {
    pub(super) rows: Axis,
    pub(super) columns: Axis,
    /// Whether the maps are read where they are.
    pub(super) whole: bool,
    /// Vectors at a time: what they come from is read again for other outputs.
    pub(super) vectors: usize,
    /// Channels at a time.
    pub(super) channels: usize,
    /// The first row that an output of row 0 comes from, and rows of a copy.
    pub(super) top: isize,
    height: usize,
    /// From one channel to the next.
    pub(super) channel: usize,
}

impl Plan {
    pub(super) fn new(lanes: usize, window: &Window) -> Option<Plan> {
        let ([_, h, w], [_, oh, ow]) = (window.input, window.output);
        let (channels, all) = (window.input[0] / window.groups, (oh * ow).div_ceil(lanes));
        if channels < FEW {
            return None;
        }
        let small = window.taps() <= TAPS && window.kernel.iter().all(|&side| side <= SIDE);
        let alone = window.stride == [1, 1];
        // with larger steps most copies are for a single number of the window, and stores of short rows take longest
        let near = window.stride.iter().all(|&stride| stride <= STRIDES);
        if !small || !near || oh * ow < lanes || alone && w != ow {
            return None;
        }
        let (rows, columns) = (Axis::new(window, 0), Axis::new(window, 1));
        // no output sees a column of a phase that is beyond its own last one
        let wide = |along: &Along| along.by > 0 && along.size > ow;
        if columns.moves[..window.kernel[1]].iter().any(wide) {
            return None;
        }
        // channels whose numbers are in the same place of the cache push each other out before the next move
        let apart = SETS >> (h * w).trailing_zeros().min(SETS.trailing_zeros());
        let whole = alone && (window.taps() == 1 || channels <= WAYS * apart);
        let bys = rows.moves[..window.kernel[0]].iter().map(|along| along.by);
        let (top, bottom) =
            bys.fold((isize::MAX, isize::MIN), |(top, bottom), by| (top.min(by), bottom.max(by)));
        let mut plan = Plan { rows, columns, whole, vectors: 0, channels, top, height: h, channel: h * w };
        if whole {
            plan.vectors = (NEAR / (channels * lanes) / 4 * 4).clamp(4, 64);
            return Some(plan);
        }
        let copies = plan.rows.number * plan.columns.number;
        let mut vectors = all.next_multiple_of(4).min(64);
        loop {
            plan.height = (vectors * lanes).div_ceil(ow) + 1 + (bottom - top) as usize;
            // an odd number of lines of the cache
            plan.channel = (plan.height * ow).next_multiple_of(lanes) | lanes;
            if vectors == 4 || copies * plan.channel * channels <= NEAR * 3 / 2 {
                break;
            }
            vectors -= 4;
        }
        plan.vectors = vectors;
        plan.channels = channels.min(ROOM / (copies * plan.channel));
        (plan.channels > 0).then_some(plan)
    }

    /// Copies channels of a map to phases, for outputs from row `row`. Asks for a processor with the instructions of `V`.
    #[inline(always)]
    pub(super) unsafe fn copy<V: Wide>(
        &self,
        window: &Window,
        row: usize,
        map: *mut f32,
        channels: usize,
        phases: *mut f32,
    ) {
        let ([_, h, w], ow) = (window.input, window.output[2]);
        let (sy, top) = (window.stride[0], row as isize + self.top);
        let columns = &self.columns.phases[..self.columns.number];
        let picks = Picks::new(V::LANES, window, columns);
        for (i, &y) in self.rows.phases[..self.rows.number].iter().enumerate() {
            let first = top.max(0) as usize;
            let end = (top + self.height as isize).max(0) as usize;
            let rows = end.min(h.saturating_sub(y).div_ceil(sy)).saturating_sub(first);
            for channel in 0..channels {
                let line = channel * self.channel + (first as isize - top) as usize * ow;
                let from = map.wrapping_add((channel * h + first * sy + y) * w);
                let to = phases.wrapping_add(i * columns.len() * self.channels * self.channel + line);
                // SAFETY: the caller's word for the map; the phases have room for what the plan says.
                unsafe {
                    if window.stride[1] == 1 {
                        let block = Block { map: [sy * w, 1], add: false, line: ow, rows, width: w.min(ow) };
                        block.copy::<V, false>(from, to);
                    } else {
                        picks.copy::<V>(from, sy * w, to, self.channels * self.channel, rows);
                    }
                }
            }
        }
    }
}

/// How rows are copied to their phases: each takes some numbers of two vectors.
struct Picks {
    /// Columns of the map.
    width: usize,
    stride: usize,
    /// Columns of a phase, and how many of them are picked at a time.
    columns: usize,
    number: usize,
    phases: usize,
    /// For each phase, a place for each lane.
    places: [[i32; WIDEST]; STRIDES],
}

impl Picks {
    fn new(lanes: usize, window: &Window, phases: &[usize]) -> Picks {
        let (stride, columns) = (window.stride[1], window.output[2]);
        let number = columns.div_ceil(columns.div_ceil(2 * lanes / stride)).min(lanes);
        let mut places = [[0; WIDEST]; STRIDES];
        for (places, phase) in places.iter_mut().zip(phases) {
            for (lane, place) in places.iter_mut().enumerate() {
                *place = (lane * stride + phase).min(2 * lanes - 1) as i32;
            }
        }
        Picks { width: window.input[2], stride, columns, number, phases: phases.len(), places }
    }

    /// Copies rows that are `step` apart to their phases, which are `apart`.
    #[inline(always)]
    unsafe fn copy<V: Wide>(&self, from: *const f32, step: usize, to: *mut f32, apart: usize, rows: usize) {
        for first in (0..self.columns).step_by(self.number) {
            let at = first * self.stride;
            let there = |from: usize| bits(V::LANES, 0, self.width.saturating_sub(from) as isize);
            let masks = [there(at), there(at + V::LANES)];
            let number = bits(V::LANES, 0, self.number.min(self.columns - first) as isize);
            let (mut from, mut to) = (from.wrapping_add(at), to.wrapping_add(first));
            for _ in 0..rows {
                // SAFETY: the caller's; masks keep to what is inside of the map and of the phase.
                unsafe {
                    let high = from.wrapping_add(V::LANES);
                    let pair = [V::load_masked(from, masks[0]), V::load_masked(high, masks[1])];
                    for (i, places) in self.places.iter().enumerate().take(self.phases) {
                        let to = to.wrapping_add(i * apart);
                        let picked = V::pick(pair, places);
                        if number < 1 << (V::LANES / 2) {
                            picked.store_low_masked(to, number)
                        } else {
                            picked.store_masked(to, number)
                        }
                    }
                }
                (from, to) = (from.wrapping_add(step), to.wrapping_add(self.columns));
            }
        }
    }
}
