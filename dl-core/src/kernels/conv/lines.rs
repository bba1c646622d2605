//! Where the rows of a map lie for the tiles: in the map itself, or copied to a buffer with their padding.
//!
//! A tile reads and writes vectors that run along the columns of the output. With a stride of 1 and no padding the rows of
//! the input serve as they are. Otherwise they are copied to **lines**, for a band of output rows at a time:
//!
//! - padded rows, if vectors fill a row of the output: each number of the window is a shift. With a stride of `s`, every
//!   `s`-th column is in a copy of its own, a **phase**, inside of which the stride is 1;
//! - or a copy for each column of the window, as wide as the output: then output rows follow each other without a gap, and
//!   vectors run across their ends. No width is slow.
//!
//! With a vertical stride, rows have phases as well.

use core::mem::MaybeUninit;

use super::super::simd::Simd;
use super::Window;
use super::tile::Row;

/// Numbers of the buffer: 64 KiB, on the stack.
pub(super) const ROOM: usize = 16 * 1024;

/// The buffer.
pub(super) type Buffer = MaybeUninit<[f32; ROOM]>;

/// Vectors of a list.
pub(super) const LIST: usize = 64;

/// Copies whose places are found once for all channels.
const PLACES: usize = 8;

/// Vectors of an instruction set.
#[derive(Clone, Copy)]
pub(super) struct Lanes {
    /// Numbers of a vector.
    pub(super) number: usize,
    /// Whether the halves of a vector may lie apart.
    pub(super) halves: bool,
}

impl Lanes {
    /// How many numbers of a row there must be.
    fn least(self) -> usize {
        if self.halves { self.number / 2 } else { self.number }
    }
}

/// How the samples, rows and channels of a convolution are taken in parts.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Whether the rows are read and written where they are.
    pub(super) whole: bool,
    /// Whether some numbers of the lines lie in the padding.
    padded: bool,
    /// Whether each column of the window has a copy, in which output rows follow each other without a gap.
    flat: bool,
    /// Whether each number of the window has a copy to itself, and no number of the map is in two of them.
    pub(super) apart: bool,
    /// Copies: phases of the rows, and of the columns or for columns of the window.
    copies: [usize; 2],
    /// From one row of a line to the next.
    pub(super) pitch: usize,
    /// From one output's row and column to the next, in the lines.
    pub(super) step: [usize; 2],
    /// Rows beyond those of the output.
    beyond: usize,
    /// Samples of a part.
    pub(super) samples: usize,
    /// Parts that the rows are divided into.
    pub(super) bands: usize,
    /// Input channels of a part.
    pub(super) channels: usize,
}

impl Plan {
    /// `None` where the maps are too small for a vector, or too large for the buffer.
    pub(super) fn new(by: Lanes, window: &Window) -> Option<Plan> {
        let ([_, h, w], [_, oh, ow]) = (window.input, window.output);
        let ([kh, kw], [sy, sx], [dy, dx]) = (window.kernel, window.stride, window.dilation);
        let channels = window.input[0] / window.groups;
        let inside =
            window.pad == [0, 0] && (oh - 1) * sy + (kh - 1) * dy < h && (ow - 1) * sx + (kw - 1) * dx < w;
        // vectors, or halves of them, fill two thirds of the rows
        let (lanes, least) = (by.number, by.least());
        let rows = ow >= least && ow * 3 >= ow.next_multiple_of(least) * 2;
        // phases that no two columns of the window share need no more room without a gap between their rows
        let alone = sx > 1 && kw <= sx.min((kw - 1) * dx + 1) && oh * ow >= lanes;
        let rows = rows && !alone;
        let gapless = kw == 1 && sy == 1 && ow == w;
        if inside && sx == 1 && (rows || gapless && oh * ow >= lanes) {
            return Some(Plan {
                whole: true,
                padded: false,
                flat: false,
                apart: false,
                copies: [1, 1],
                pitch: w,
                step: [sy, 1],
                beyond: 0,
                samples: usize::MAX,
                bands: 1,
                channels,
            });
        }
        let [down, right] = [(kh - 1) * dy, (kw - 1) * dx];
        let mut plan = Plan {
            whole: false,
            padded: !inside,
            flat: !rows,
            apart: kh <= sy && kw <= sx && window.dilation == [1, 1],
            copies: [sy.min(down + 1), if rows { sx.min(right + 1) } else { kw }],
            pitch: if rows { ow + right / sx } else { ow },
            step: [1, 1],
            beyond: down / sy,
            samples: 1,
            bands: 1,
            channels,
        };
        plan.make_room(oh, if plan.flat { lanes.div_ceil(ow) } else { 1 });
        (plan.channels > 0 && (rows || oh / plan.bands * ow >= lanes)).then_some(plan)
    }

    /// One copy with all rows and columns, padded, or none at all: for numbers that are read one by one.
    pub(super) fn dense(window: &Window) -> Option<Plan> {
        let ([_, h, w], [_, oh, ow]) = (window.input, window.output);
        let [sy, sx] = window.stride;
        let [down, right] = [0, 1].map(|axis| (window.kernel[axis] - 1) * window.dilation[axis]);
        let [height, width] = [(oh - 1) * sy + 1 + down, (ow - 1) * sx + 1 + right];
        let whole = window.pad == [0, 0] && height <= h && width <= w;
        let mut plan = Plan {
            whole,
            padded: !whole,
            flat: false,
            apart: false,
            copies: [1, 1],
            pitch: if whole { w } else { width },
            step: window.stride,
            beyond: down,
            samples: if whole { usize::MAX } else { 1 },
            bands: 1,
            channels: window.input[0] / window.groups,
        };
        if !whole {
            plan.make_room(oh, 1);
        }
        (plan.channels > 0).then_some(plan)
    }

    /// Takes as many of `all` rows at a time as there is room for, at least `least` and not much fewer than those beyond;
    /// then as many channels; or all rows of several samples.
    fn make_room(&mut self, all: usize, least: usize) {
        let channels = self.channels;
        let most = ROOM / self.channel(all);
        if self.flat && most >= channels.min(4) {
            // about equal blocks of channels: bands would each have a vector that is not full
            self.channels = channels.div_ceil(channels.div_ceil(most));
            self.samples = if self.channels == channels { most / channels } else { 1 };
            return;
        }
        while self.channels * self.channel(all.div_ceil(self.bands)) > ROOM {
            let rows = all.div_ceil(self.bands);
            if rows * self.step[0] > self.beyond.max(1) && all / (self.bands + 1) >= least {
                self.bands += 1;
            } else {
                self.channels = ROOM / self.channel(rows);
                break;
            }
        }
        if self.bands == 1 && self.channels == channels {
            self.samples = ROOM / (channels * self.channel(all));
        }
    }

    /// Numbers of the lines of a channel, for some rows of the output.
    fn channel(&self, rows: usize) -> usize {
        self.copies[0] * self.copies[1] * self.lines(rows) * self.pitch
    }

    /// From one row and column of a copy to the next, in the map.
    fn phases(&self, window: &Window) -> [usize; 2] {
        if self.step == window.stride { [1, 1] } else { window.stride }
    }

    /// Rows of a copy, for some rows of the output.
    fn lines(&self, rows: usize) -> usize {
        (rows - 1) * self.step[0] + 1 + self.beyond
    }
}

/// A part of a convolution: some samples, rows and input channels.
pub(super) struct Part<'a> {
    pub(super) plan: &'a Plan,
    pub(super) window: &'a Window,
    pub(super) samples: usize,
    /// The first input channel, and how many there are.
    pub(super) first: usize,
    pub(super) channels: usize,
    /// The first output row, and how many there are.
    pub(super) row: usize,
    pub(super) rows: usize,
}

impl Part<'_> {
    /// From one input channel to the next.
    pub(super) fn channel(&self) -> usize {
        if self.plan.whole {
            self.window.input[1] * self.window.input[2]
        } else {
            self.plan.channel(self.rows)
        }
    }

    /// From one sample to the next.
    pub(super) fn sample(&self) -> usize {
        self.channel() * if self.plan.whole { self.window.input[0] } else { self.channels }
    }

    /// Where the number of the window at `ky`, `kx` begins.
    pub(super) fn tap(&self, ky: usize, kx: usize) -> usize {
        let (plan, [dy, dx]) = (self.plan, self.window.dilation);
        // a division takes as long as a row of sums
        let divided = |at: usize, by: usize| if by == 1 { (at, 0) } else { (at / by, at % by) };
        let [sy, sx] = plan.phases(self.window);
        let ((y, y_phase), (x, x_phase)) = (divided(ky * dy, sy), divided(kx * dx, sx));
        let (copy, shift) = if plan.flat { (kx, 0) } else { (x_phase, x) };
        let copy = y_phase * plan.copies[1] + copy;
        (copy * plan.lines(self.rows) + y) * plan.pitch + shift
    }

    /// Where the lines are: in the samples that begin at `maps`, or in the buffer.
    pub(super) fn lines(&self, maps: *mut f32, buffer: &mut Buffer) -> *mut f32 {
        if self.plan.whole {
            maps.wrapping_add(self.first * self.channel())
        } else {
            buffer.as_mut_ptr().cast()
        }
    }

    /// Numbers of all lines in the buffer.
    pub(super) fn len(&self) -> usize {
        self.samples * self.sample()
    }

    /// Copies the part of `maps` to lines, zeros around it; with `BACK`, adds the lines to the part of `maps`, or
    /// puts them in its place if no number is in two of them.
    ///
    /// # Safety
    /// `maps` is the first of as many samples as the part has; the lines are a buffer.
    #[inline(always)]
    pub(super) unsafe fn copy<V: Simd, const BACK: bool>(&self, maps: *mut f32, lines: *mut f32) {
        let (window, plan) = (self.window, self.plan);
        let ([c, h, w], [row_step, _]) = (window.input, window.stride);
        let [sy, sx] = plan.phases(window);
        let rows = plan.lines(self.rows);
        let row_place = |y: usize| place(self.row * row_step + y, sy, window.pad[0], h, rows);
        let column_place = |x: usize| {
            let at = if plan.flat { x * window.dilation[1] } else { x };
            place(at, sx, window.pad[1], w, plan.pitch)
        };
        // a division takes as long as several copies of a row
        let (mut row_places, mut column_places) = ([(0, 0, 0); PLACES], [(0, 0, 0); PLACES]);
        for (y, place) in row_places.iter_mut().enumerate().take(plan.copies[0]) {
            *place = row_place(y);
        }
        for (x, place) in column_places.iter_mut().enumerate().take(plan.copies[1]) {
            *place = column_place(x);
        }
        // SAFETY: the caller's word; rows and columns are inside of the map, as `place` says.
        unsafe {
            if !BACK && plan.padded {
                lines.write_bytes(0, self.len());
            }
            let mut line = lines;
            for sample in 0..self.samples {
                for channel in self.first..self.first + self.channels {
                    let map = maps.add((sample * c + channel) * h * w);
                    for y in 0..plan.copies[0] {
                        let (top, row, bottom) = row_places.get(y).copied().unwrap_or_else(|| row_place(y));
                        for x in 0..plan.copies[1] {
                            let (left, column, right) =
                                column_places.get(x).copied().unwrap_or_else(|| column_place(x));
                            let from = map.wrapping_add(row * w + column); // of an empty block, which may be beyond the map
                            let block = Block {
                                map: [sy * w, sx],
                                add: !plan.apart,
                                line: plan.pitch,
                                rows: bottom - top,
                                width: right - left,
                            };
                            block.copy::<V, BACK>(from, line.wrapping_add(top * plan.pitch + left));
                            line = line.wrapping_add(rows * plan.pitch);
                        }
                    }
                }
            }
        }
    }

    /// The vectors of the part, from lines to the output, and those whose halves lie apart; `exact` if none may store what
    /// another one has stored.
    pub(super) fn walks(&self, by: Lanes, exact: bool) -> [Walk; 2] {
        let [c, oh, ow] = self.window.output;
        let step = self.plan.pitch * self.plan.step[0];
        let flat = step == ow;
        let (rows, width) = if flat { (1, self.rows * ow) } else { (self.rows, ow) };
        let walk = Walk {
            lanes: by.number,
            each: 1,
            samples: self.samples,
            rows,
            columns: [0, width],
            from: [self.sample(), step],
            to: [c * oh * ow, ow],
            at: [0; 3],
            exact,
        };
        let (left, half) = (width % by.number, by.number / 2);
        // rows of less than a vector have nothing else; of a single one the rest is a vector that repeats some numbers
        let narrow = width < by.number;
        let apart = by.halves && left > 0 && (narrow || left <= half && self.samples * rows > 1);
        if !apart {
            return [walk, Walk { samples: 0, ..walk }];
        }
        let middle = width - left;
        [
            Walk { columns: [0, middle], samples: if middle > 0 { walk.samples } else { 0 }, ..walk },
            Walk { columns: [middle, width], at: [0, 0, middle], lanes: half, each: 2, ..walk },
        ]
    }

    /// The vectors of the part, from the output to lines.
    pub(super) fn walks_back(&self, by: Lanes) -> [Walk; 2] {
        self.walks(by, true).map(|walk| Walk { from: walk.to, to: walk.from, ..walk })
    }
}

/// The numbers `i` of `n` for which `at + i stride - pad` is inside of `size`: the first, its place, and the end.
#[inline(always)]
fn place(at: usize, stride: usize, pad: usize, size: usize, n: usize) -> (usize, usize, usize) {
    let end = (size + pad).saturating_sub(at).div_ceil(stride).min(n);
    let first = pad.saturating_sub(at).div_ceil(stride).min(end);
    (first, (at + first * stride).saturating_sub(pad), end)
}

/// A rectangle of a map and its copy.
pub(super) struct Block {
    /// From one row, one column to the next.
    pub(super) map: [usize; 2],
    /// Whether the line is added to what is there, or put in place of it.
    pub(super) add: bool,
    /// From one row of the copy to the next.
    pub(super) line: usize,
    pub(super) rows: usize,
    pub(super) width: usize,
}

impl Block {
    /// Copies from the map to the line; or adds the line to the map.
    #[inline(always)]
    pub(super) unsafe fn copy<V: Simd, const BACK: bool>(&self, map: *mut f32, line: *mut f32) {
        let mut column = 0;
        // SAFETY: the caller's word for the pointers and the instructions.
        unsafe {
            if self.map[1] == 1 {
                while column + V::LANES <= self.width {
                    self.copy_part::<V, BACK>(map.add(column), line.add(column), V::LANES);
                    column += V::LANES;
                }
                if V::MASKED && column < self.width {
                    let n = self.width - column;
                    self.copy_part::<V, BACK>(map.add(column), line.add(column), n);
                    column = self.width;
                }
                while column + V::Rest::LANES <= self.width {
                    self.copy_part::<V::Rest, BACK>(map.add(column), line.add(column), V::Rest::LANES);
                    column += V::Rest::LANES;
                }
            }
            if self.map[1] > 1 && V::MASKED {
                while column < self.width {
                    let n = V::LANES.min(self.width - column);
                    self.copy_every::<V, BACK>(map.add(column * self.map[1]), line.add(column), n);
                    column += n;
                }
            }
            for row in 0..self.rows {
                for column in column..self.width {
                    let map = map.add(row * self.map[0] + column * self.map[1]);
                    let line = line.add(row * self.line + column);
                    if !BACK {
                        *line = *map;
                    } else if self.add {
                        *map += *line;
                    } else {
                        *map = *line;
                    }
                }
            }
        }
    }

    /// The same for `n` numbers of each row, which are not neighbours in the map.
    #[inline(always)]
    unsafe fn copy_every<V: Simd, const BACK: bool>(&self, map: *mut f32, line: *mut f32, n: usize) {
        for row in 0..self.rows {
            // SAFETY: the caller's word for the pointers and the instructions.
            unsafe {
                let (map, line) = (map.add(row * self.map[0]), line.add(row * self.line));
                let v = if BACK { load::<V>(line, n) } else { V::load_every(map, self.map[1], n) };
                if !BACK {
                    store(v, line, n);
                } else if self.add {
                    V::load_every(map, self.map[1], n).add(v).store_every(map, self.map[1], n);
                } else {
                    v.store_every(map, self.map[1], n);
                }
            }
        }
    }

    /// The same for a vector of each row, of which `n` numbers count.
    #[inline(always)]
    unsafe fn copy_part<V: Simd, const BACK: bool>(&self, map: *mut f32, line: *mut f32, n: usize) {
        for row in 0..self.rows {
            // SAFETY: the caller's word for the pointers and the instructions.
            unsafe {
                let (map, line) = (map.add(row * self.map[0]), line.add(row * self.line));
                let (from, to) = if BACK { (line, map) } else { (map, line) };
                let v = load::<V>(from, n);
                store(if BACK && self.add { v.add(load(to, n)) } else { v }, to, n);
            }
        }
    }
}

/// The first `n` numbers.
#[inline(always)]
unsafe fn load<V: Simd>(from: *const f32, n: usize) -> V {
    // SAFETY: the caller's.
    unsafe { if n == V::LANES { V::load(from) } else { V::load_part(from, n) } }
}

/// Stores the first `n` numbers.
#[inline(always)]
unsafe fn store<V: Simd>(v: V, to: *mut f32, n: usize) {
    // SAFETY: the caller's.
    unsafe { if n == V::LANES { v.store(to) } else { v.store_part(to, n) } }
}

/// Goes through the vectors of a part.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    /// Numbers of a row of the list.
    lanes: usize,
    /// Rows of the list that make a vector.
    pub(super) each: usize,
    samples: usize,
    rows: usize,
    /// The first column and the end; at least `lanes` columns are before the end.
    columns: [usize; 2],
    /// From one sample, one row to the next.
    from: [usize; 2],
    to: [usize; 2],
    /// The next sample, row and column.
    at: [usize; 3],
    exact: bool,
}

impl Walk {
    /// Fills the list with at most `most` vectors, and returns how many rows it has.
    pub(super) fn fill(&mut self, list: &mut [Row; LIST], most: usize) -> usize {
        let ([first, end], [mut sample, mut row, mut column]) = (self.columns, self.at);
        let (lanes, most) = (self.lanes, (most * self.each).min(LIST));
        // counted: a product for each place would take as long as a small tile
        let start = |sample: usize, row: usize| {
            [self.from, self.to].map(|[of_sample, of_row]| sample * of_sample + row * of_row)
        };
        let ([mut from, mut to], mut filled) = (start(sample, row), 0);
        for place in &mut list[..most] {
            if sample >= self.samples {
                break;
            }
            let left = end - column;
            let (at, n) = if left >= lanes { (column, lanes) } else { (end - lanes, left) };
            *place = Row { from: from + at, to: to + at, n: if self.exact { n } else { lanes } };
            filled += 1;
            if left > lanes {
                column += lanes;
                continue;
            }
            (row, column) = (row + 1, first);
            (from, to) = (from + self.from[1], to + self.to[1]);
            if row == self.rows {
                (sample, row) = (sample + 1, 0);
                [from, to] = start(sample, row);
            }
        }
        self.at = [sample, row, column];
        if filled % self.each > 0 {
            list[filled] = Row { n: 0, ..list[filled - 1] };
            filled += 1;
        }
        filled
    }
}
