//! Convolutions, but depthwise ones: what windows see is laid side by side, and multiplied with weights that are transposed.

use core::mem::MaybeUninit;

use super::super::{Conv, Factor};
use super::lanes::Lanes;
use super::scale::{Bounds, Scale};
use super::{Call, Seen, Set, is_sound};
use crate::kernels::conv::Window;

/// Pixels of a tile of sums.
const PIXELS: usize = 8;
/// Bytes of what windows see.
const SEEN: usize = 8192;
/// Words of that, and of transposed weights.
const WORDS: usize = 4096;
/// Numbers of a window, at most: with them a tile's pixels and one vector of outputs fit.
const FAN: usize = 1024;
/// Vectors of outputs whose weights are transposed at once.
const PANELS: usize = 8;

/// Computes the convolution, unless it is not worth it.
pub(super) fn run(set: Set, layer: &Conv<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let window = layer.window;
    let outputs = window.output[0] / window.groups.max(1);
    if outputs < 4 || !is_sound(layer, x, y) {
        return false;
    }
    let fan = layer.weight.len() / window.output[0];
    if fan == 0 || fan > SEEN {
        return false;
    }
    set.run(Convolution { layer, fan, outputs, x, y });
    true
}

/// A convolution of which all sizes are sound.
struct Convolution<'a> {
    layer: &'a Conv<'a>,
    /// Numbers of a window.
    fan: usize,
    /// Outputs of a group.
    outputs: usize,
    x: &'a [i8],
    y: &'a mut [i8],
}

impl Call for Convolution<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes>(mut self) {
        let window = self.layer.window;
        let pixels = window.output[1] * window.output[2];
        for group in 0..window.groups {
            // SAFETY: the caller's word; `is_sound` has checked the sizes.
            unsafe {
                if self.fan > FAN || pixels < 4 { self.dots::<V>(group) } else { self.panels::<V>(group) }
            }
        }
    }
}

impl Convolution<'_> {
    /// The outputs of a group, each the sum of a row of weights.
    #[inline(always)]
    unsafe fn dots<V: Lanes>(&mut self, group: usize) {
        let &mut Convolution { layer, fan, outputs, x, ref mut y } = self;
        let window = layer.window;
        let mut seen = [0; SEEN];
        for (pixel, y) in y.chunks_exact_mut(window.output[0]).enumerate() {
            Places::from(window, pixel).gather(layer, group, x, &mut seen[..fan]);
            for o in (0..outputs).step_by(8) {
                let count = (outputs - o).min(8);
                let first = group * outputs + o;
                let rows = layer.weight[first * fan..(first + count) * fan].as_ptr();
                // SAFETY: each row has `fan` numbers; the last one is repeated.
                let sums = unsafe {
                    V::dots(core::array::from_fn(|i| rows.add(i.min(count - 1) * fan)), seen.as_ptr(), fan)
                };
                for (i, sum) in sums.into_iter().enumerate().take(count) {
                    y[first + i] = layer.out(first + i, sum);
                }
            }
        }
    }

    /// The outputs of a group, by tiles of pixels and outputs.
    #[inline(always)]
    unsafe fn panels<V: Lanes>(&mut self, group: usize) {
        let &mut Convolution { layer, fan, outputs, x, ref mut y } = self;
        let window = layer.window;
        let steps = fan.div_ceil(V::PER);
        let all = window.output[1] * window.output[2];
        let is_plain = fan % V::PER == 0 && sees_itself(window);
        let mut panels = [const { MaybeUninit::<i32>::uninit() }; WORDS];
        let mut words = [const { MaybeUninit::<i32>::uninit() }; WORDS];
        let mut seen = [0_i8; SEEN];
        let mut scales = [const { MaybeUninit::<Scale>::uninit() }; PANELS];
        // outputs whose weights fit, and pixels whose numbers fit
        let many = (WORDS / (steps * V::LANES)).min(PANELS);
        let chunk = (WORDS.min(SEEN / V::PER) / steps).max(1);
        for o in (0..outputs).step_by(many * V::LANES) {
            let blocks = (outputs - o).div_ceil(V::LANES).min(many);
            for (block, scale) in scales.iter_mut().enumerate().take(blocks) {
                let first = group * outputs + o + block * V::LANES;
                let count = (group * outputs + outputs - first).min(V::LANES);
                // SAFETY: `many` panels of `steps` vectors fit.
                unsafe {
                    let panel = panels.as_mut_ptr().cast::<i32>().add(block * steps * V::LANES);
                    scale.write(fill::<V>(layer, first, count, fan, panel));
                }
            }
            for start in (0..all).step_by(chunk) {
                let pixels = (all - start).min(chunk);
                let to = words.as_mut_ptr().cast::<i32>();
                // SAFETY: `pixels` times `steps` words fit, and so do as many numbers into `seen`.
                unsafe {
                    if is_plain {
                        let from = &x[start * fan..(start + pixels) * fan];
                        V::words(from.as_ptr(), to, from.len());
                    } else {
                        let padded = steps * V::PER;
                        let mut places = Places::from(window, start);
                        for seen in seen.chunks_exact_mut(padded).take(pixels) {
                            places.gather(layer, group, x, &mut seen[..fan]);
                            places.next(window);
                        }
                        V::words(seen.as_ptr(), to, pixels * padded);
                    }
                }
                let y = &mut y[start * window.output[0]..(start + pixels) * window.output[0]];
                let mut block = 0;
                while block < blocks {
                    let first = group * outputs + o + block * V::LANES;
                    let count = outputs - o - block * V::LANES;
                    // SAFETY: the panels and scales up to `blocks` are filled, and the words of `pixels` pixels.
                    unsafe {
                        let tile = Tile {
                            words: to,
                            panel: panels.as_ptr().cast::<i32>().add(block * steps * V::LANES),
                            scales: scales.as_ptr().cast::<Scale>().add(block),
                            steps,
                            pixels,
                            y: y.as_mut_ptr().add(first),
                            pitch: window.output[0],
                            count,
                            bounds: Bounds::<V>::of(layer.output),
                        };
                        if V::BLOCKS == 2 && blocks - block >= 2 {
                            tile.run::<2>();
                            block += 2;
                        } else {
                            tile.run::<1>();
                            block += 1;
                        }
                    }
                }
            }
        }
    }
}

/// Some pixels and some vectors of outputs.
struct Tile<V> {
    words: *const i32,
    panel: *const i32,
    scales: *const Scale,
    steps: usize,
    pixels: usize,
    y: *mut i8,
    /// Outputs of a pixel.
    pitch: usize,
    /// Outputs that are wanted, from the first vector on.
    count: usize,
    bounds: Bounds<V>,
}

impl<V: Lanes> Tile<V> {
    /// All pixels and `N` vectors of outputs.
    #[inline(always)]
    unsafe fn run<const N: usize>(&self) {
        let &Tile { words, panel, scales, steps, pixels, y, pitch, count, ref bounds } = self;
        for start in (0..pixels).step_by(PIXELS) {
            // the last pixel is computed again where there are fewer
            let pixel = |i: usize| (start + i).min(pixels - 1);
            // SAFETY: the caller's word for the pointers; `pixel` is below `pixels`.
            unsafe {
                let x: [*const i32; PIXELS] = core::array::from_fn(|i| words.add(pixel(i) * steps));
                let mut sums = [[V::splat(0); PIXELS]; N];
                for (n, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::load((*scales.add(n)).bias.as_ptr()); PIXELS];
                }
                for step in 0..steps {
                    let mut w = [V::splat(0); N];
                    for (n, w) in w.iter_mut().enumerate() {
                        *w = V::load(panel.add((n * steps + step) * V::LANES));
                    }
                    for i in 0..PIXELS {
                        let x = V::splat(*x[i].add(step));
                        for n in 0..N {
                            sums[n][i] = sums[n][i].mac(x, w[n]);
                        }
                    }
                }
                for (n, sums) in sums.iter().enumerate() {
                    let (scale, y) = (&*scales.add(n), y.add(n * V::LANES));
                    let count = (count - n * V::LANES).min(V::LANES);
                    for i in [0, 4] {
                        let mut four = [sums[i], sums[i + 1], sums[i + 2], sums[i + 3]];
                        for sum in &mut four {
                            *sum = sum.rescale(scale);
                        }
                        let to = core::array::from_fn(|j| y.add(pixel(i + j) * pitch));
                        V::narrow(four, bounds).store_pixels(to, count);
                    }
                }
            }
        }
    }
}

/// Whether a window is one pixel, and that of its place.
fn sees_itself(window: &Window) -> bool {
    window.kernel == [1; 2]
        && window.stride == [1; 2]
        && window.pad == [0; 2]
        && window.groups == 1
        && window.input[1..] == window.output[1..]
}

/// Transposes the weights of `count` outputs, and says how their sums are taken to the output.
#[inline(always)]
unsafe fn fill<V: Lanes>(layer: &Conv<'_>, first: usize, count: usize, fan: usize, panel: *mut i32) -> Scale {
    let steps = fan.div_ceil(V::PER);
    // so many words of each output are transposed at once, if there are all outputs
    let fast = if count == V::LANES { fan / (V::PER * V::LANES) * V::LANES } else { 0 };
    for step in (0..fast).step_by(V::LANES) {
        let row = |lane: usize| {
            let from = (first + lane.min(V::LANES - 1)) * fan + step * V::PER;
            layer.weight[from..from + V::PER * V::LANES].as_ptr()
        };
        // SAFETY: the caller's word: a vector for each step.
        unsafe { V::transpose(core::array::from_fn(row), panel.add(step * V::LANES)) };
    }
    for lane in 0..V::LANES {
        // SAFETY: the caller's word: a vector for each step.
        let put = |step: usize, word| unsafe { panel.add(step * V::LANES + lane).write(word) };
        if lane >= count {
            (fast..steps).for_each(|step| put(step, 0));
            continue;
        }
        let row = &layer.weight[(first + lane) * fan + fast * V::PER..(first + lane + 1) * fan];
        let parts = row.chunks_exact(V::PER);
        if !parts.remainder().is_empty() {
            put(steps - 1, word::<V>(parts.remainder()));
        }
        for (step, part) in parts.enumerate() {
            put(fast + step, word::<V>(part));
        }
    }
    // SAFETY: as above; sixteen numbers have place for a vector.
    let excess = unsafe {
        let mut sum = V::splat(0);
        if V::EXCESS != 0 {
            for step in 0..steps {
                sum = sum.mac(V::splat(V::EXCESS), V::load(panel.add(step * V::LANES)));
            }
        }
        let mut excess = [0; 16];
        sum.store(excess.as_mut_ptr());
        excess
    };
    Scale::of::<V>(|lane| {
        let o = first + lane.min(count - 1);
        let factor = Factor { numerator: layer.numerator[o], shift: layer.shift[o] };
        (layer.bias[o].wrapping_sub(excess[lane]), factor)
    })
}

/// A word of up to [`Lanes::PER`] weights.
#[inline(always)]
fn word<V: Lanes>(part: &[i8]) -> i32 {
    V::word(core::array::from_fn(|i| if i < V::PER { part.get(i).copied().unwrap_or_default() } else { 0 }))
}

/// The place of a window, and what it sees there.
struct Places {
    at: [usize; 2],
    rows: Seen,
    columns: Seen,
}

impl Places {
    /// The window of a pixel of the output.
    #[inline(always)]
    fn from(window: &Window, pixel: usize) -> Places {
        let at = [pixel / window.output[2], pixel % window.output[2]];
        Places { at, rows: Seen::of(window, 0, at[0]), columns: Seen::of(window, 1, at[1]) }
    }

    /// Goes on to the next pixel.
    #[inline(always)]
    fn next(&mut self, window: &Window) {
        self.at[1] += 1;
        if self.at[1] == window.output[2] {
            self.at = [self.at[0] + 1, 0];
            self.rows = Seen::of(window, 0, self.at[0]);
        }
        self.columns = Seen::of(window, 1, self.at[1]);
    }

    /// What the window sees of the channels of a group, by row, column and channel.
    #[inline(always)]
    fn gather(&self, layer: &Conv<'_>, group: usize, x: &[i8], to: &mut [i8]) {
        let &Places { rows, columns, .. } = self;
        let window = layer.window;
        let ([all, _, width], [kernel_rows, kernel_columns]) = (window.input, window.kernel);
        let channels = all / window.groups;
        let count = columns.to - columns.from;
        if (rows.to - rows.from, count) != (kernel_rows, kernel_columns) {
            to.fill(layer.x_zero);
        }
        // numbers that lie side by side on both sides
        let (runs, run) = if window.dilation[1] == 1 && window.groups == 1 {
            (count.min(1), count * channels)
        } else {
            (count, channels)
        };
        // from row to row and from run to run; where there is another one, nothing overflows
        let down = window.dilation[0].wrapping_mul(width * all);
        let along = window.dilation[1].wrapping_mul(all);
        let mut line = (rows.first * width + columns.first) * all + group * channels;
        let mut at = (rows.from * kernel_columns + columns.from) * channels;
        for _ in rows.from..rows.to {
            for i in 0..runs {
                let (from, at) = (line + i * along, at + i * channels);
                copy(&x[from..from + run], &mut to[at..at + run]);
            }
            line = line.wrapping_add(down);
            at += kernel_columns * channels;
        }
    }
}

/// Copies a few numbers.
#[inline(always)]
fn copy(from: &[i8], to: &mut [i8]) {
    /// Both ends, which may overlap.
    #[inline(always)]
    fn ends<const N: usize>(from: &[i8], to: &mut [i8]) -> bool {
        let (Some(a), Some(b)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) else { return false };
        if let Some(to) = to.first_chunk_mut::<N>() {
            *to = *a;
        }
        if let Some(to) = to.last_chunk_mut::<N>() {
            *to = *b;
        }
        true
    }
    match from.len() {
        33.. => to.copy_from_slice(from),
        16.. => {
            ends::<16>(from, to);
        }
        8.. => {
            ends::<8>(from, to);
        }
        4.. => {
            ends::<4>(from, to);
        }
        _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}
