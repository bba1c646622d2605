//! The convolutions of `f32`: parts of samples, rows and channels, and their tiles.

use core::mem::MaybeUninit;

use super::super::isa::{Isa, Level};
#[cfg(target_arch = "aarch64")]
use super::super::simd::Neon;
#[cfg(target_arch = "x86_64")]
use super::super::simd::{F32x8, F32x16};
use super::super::simd::{Portable, Simd};
use super::super::transposed;
#[cfg(target_arch = "x86_64")]
use super::depthwise;
use super::lines::{Buffer, LIST, Lanes, Part, Plan, Walk};
use super::runs::{self, Runs};
#[cfg(target_arch = "x86_64")]
use super::tile::Two;
use super::tile::{self, Column, Dots, Each, Row, Rows, Start, Sums, Tap};
use super::{Convolutions, Window, plain};

/// Numbers of a window that a table holds.
const TAPS: usize = 128;

/// Numbers of `dy` that are transposed at a time: 16 KiB, which stay in the first cache.
const TRANSPOSED: usize = 4 * 1024;

/// Columns of a table.
const COLUMNS: usize = 48;

/// The arguments of a convolution. The pointers must be good for as many samples of `window` as it says.
#[derive(Clone, Copy)]
pub(super) struct Conv<'a> {
    pub(super) window: &'a Window,
    pub(super) samples: usize,
    pub(super) x: *mut f32,
    pub(super) w: *mut f32,
    pub(super) y: *mut f32,
    pub(super) bias: Option<*const f32>,
    pub(super) relu: bool,
}

impl Convolutions for f32 {
    fn conv(
        isa: Isa,
        window: &Window,
        w: &[f32],
        bias: Option<&[f32]>,
        x: &[f32],
        y: &mut [f32],
        samples: usize,
        relu: bool,
    ) {
        window.check(x, w, y, samples);
        assert!(bias.is_none_or(|bias| bias.len() == window.output[0]));
        let conv = Conv {
            window,
            samples,
            x: x.as_ptr().cast_mut(),
            w: w.as_ptr().cast_mut(),
            y: y.as_mut_ptr(),
            bias: bias.map(<[f32]>::as_ptr),
            relu,
        };
        // SAFETY: the slices have the sizes of the window; only `y`, which is borrowed uniquely, is written.
        if !kernels(isa).iter().any(|by| unsafe { forward(by, &conv) }) {
            plain::conv(window, w, bias, x, y, samples, relu);
        }
    }

    fn conv_grad_input(isa: Isa, window: &Window, w: &[f32], dy: &[f32], dx: &mut [f32], samples: usize) {
        window.check(dx, w, dy, samples);
        let conv = Conv {
            window,
            samples,
            x: dx.as_mut_ptr(),
            w: w.as_ptr().cast_mut(),
            y: dy.as_ptr().cast_mut(),
            bias: None,
            relu: false,
        };
        // SAFETY: as above; only `dx` is written.
        if !kernels(isa).iter().any(|by| unsafe { to_input(by, &conv) }) {
            plain::conv_grad_input(window, w, dy, dx, samples);
        }
    }

    fn conv_grad_weight(
        isa: Isa,
        window: &Window,
        x: &[f32],
        dy: &[f32],
        dw: &mut [f32],
        db: Option<&mut [f32]>,
        samples: usize,
        fresh: bool,
    ) {
        window.check(x, dw, dy, samples);
        if fresh {
            dw.fill(0.0);
        }
        let conv = Conv {
            window,
            samples,
            x: x.as_ptr().cast_mut(),
            w: dw.as_mut_ptr(),
            y: dy.as_ptr().cast_mut(),
            bias: None,
            relu: false,
        };
        // SAFETY: as above; only `dw` is written.
        if !kernels(isa).iter().any(|by| unsafe { to_weight(by, &conv) }) {
            plain::conv_grad_weight(window, x, dy, dw, None, samples, fresh);
        }
        if let Some(db) = db {
            assert!(db.len() == window.output[0]);
            if fresh {
                db.fill(0.0);
            }
            let plane = window.output[1] * window.output[2];
            match kernels(isa).first() {
                Some(by) if by.fused => {
                    for dy in dy.chunks_exact(plane * db.len()) {
                        // SAFETY: the slices have these sizes; only `db` is written.
                        unsafe { (by.plane_sums)(dy.as_ptr(), plane, db.len(), db.as_mut_ptr()) };
                    }
                }
                _ => plain::conv_grad_bias(window, dy, db, false),
            }
        }
    }
}

/// What is compiled for an instruction set: all that touches numbers. What decides where they are is compiled once.
///
/// Each function asks for a processor with the instructions, and for pointers that are good as its argument says.
pub(super) struct Kernels {
    pub(super) lanes: Lanes,
    fused: bool,
    tiles_of_vectors: unsafe fn(&Sums<'_>, &[Row], &[Column]),
    tiles_of_halves: unsafe fn(&Sums<'_>, &[Row], &[Column]),
    dots: unsafe fn(&Dots, &[Row], &[Column]),
    dots_of_halves: unsafe fn(&Dots, &[Row], &[Column]),
    copy: unsafe fn(&Part<'_>, *mut f32, *mut f32),
    add_back: unsafe fn(&Part<'_>, *mut f32, *mut f32),
    transpose: unsafe fn(usize, usize, *const f32, usize, *mut f32, usize),
    runs: unsafe fn(&Runs<'_>, usize),
    #[cfg(target_arch = "x86_64")]
    pub(super) masked: Option<depthwise::Masked>,
    plane_sums: unsafe fn(*const f32, usize, usize, *mut f32),
}

macro_rules! kernels {
    ($(#[$meta:meta])* $name:ident: $v:ty, $halves:ty, $rows:literal by $columns:literal, $tall:literal by $broad:literal, $wide:literal, $masked:expr) => {
        const $name: &Kernels = &{
            $(#[$meta])*
            unsafe fn tiles_of_vectors(p: &Sums<'_>, rows: &[Row], columns: &[Column]) {
                // SAFETY: the caller's word, here and below.
                unsafe { tile::tiles::<Each<$v>, $rows, $columns>(p, rows, columns) }
            }
            $(#[$meta])*
            unsafe fn tiles_of_halves(p: &Sums<'_>, rows: &[Row], columns: &[Column]) {
                if <$halves>::EACH == 2 {
                    // SAFETY: as above.
                    unsafe { tile::tiles::<$halves, $rows, $columns>(p, rows, columns) }
                }
            }
            $(#[$meta])*
            unsafe fn dots(p: &Dots, places: &[Row], columns: &[Column]) {
                if <$v>::FUSED {
                    // SAFETY: as above.
                    unsafe { tile::dots::<Each<$v>, $tall, $broad>(p, places, columns) }
                }
            }
            $(#[$meta])*
            unsafe fn dots_of_halves(p: &Dots, places: &[Row], columns: &[Column]) {
                if <$halves>::EACH == 2 {
                    // SAFETY: as above.
                    unsafe { tile::dots::<$halves, $tall, $broad>(p, places, columns) }
                }
            }
            $(#[$meta])*
            unsafe fn copy(part: &Part<'_>, maps: *mut f32, lines: *mut f32) {
                // SAFETY: as above.
                unsafe { part.copy::<$v, false>(maps, lines) }
            }
            $(#[$meta])*
            unsafe fn add_back(part: &Part<'_>, maps: *mut f32, lines: *mut f32) {
                // SAFETY: as above.
                unsafe { part.copy::<$v, true>(maps, lines) }
            }
            $(#[$meta])*
            unsafe fn transpose(n: usize, m: usize, from: *const f32, stride: usize, to: *mut f32, pitch: usize) {
                // SAFETY: as above.
                unsafe { transposed::transpose::<$v>(n, m, from, stride, to, pitch) }
            }
            $(#[$meta])*
            unsafe fn runs(p: &Runs<'_>, length: usize) {
                // SAFETY: as above.
                unsafe { runs::runs::<$v, $wide>(p, length) }
            }
            $(#[$meta])*
            unsafe fn plane_sums(a: *const f32, plane: usize, planes: usize, c: *mut f32) {
                // SAFETY: as above.
                unsafe { tile::plane_sums::<$v>(a, plane, planes, c) }
            }
            Kernels {
                lanes: Lanes { number: <$v>::LANES, halves: <$halves>::EACH == 2 },
                fused: <$v>::FUSED,
                tiles_of_vectors,
                tiles_of_halves,
                dots,
                dots_of_halves,
                copy,
                add_back,
                transpose,
                runs,
                #[cfg(target_arch = "x86_64")]
                masked: $masked,
                plane_sums,
            }
        };
    };
}

#[cfg(target_arch = "x86_64")]
kernels! {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    AVX512: F32x16, Two<F32x16>, 4 by 5, 6 by 4, true, depthwise::AVX512
}
#[cfg(target_arch = "x86_64")]
kernels! {
    #[target_feature(enable = "avx2,fma")]
    AVX2: F32x8, Two<F32x8>, 2 by 5, 4 by 3, false, depthwise::AVX2
}
#[cfg(target_arch = "aarch64")]
kernels! { NEON: Neon<true>, Each<Neon<true>>, 4 by 5, 6 by 4, true, None }
kernels! { PORTABLE: Portable, Each<Portable>, 2 by 4, 4 by 3, false, None }

impl Kernels {
    /// The tiles of all vectors of a walk, of which at most `most` are read again for the next columns.
    unsafe fn all_tiles(
        &self,
        mut walk: Walk,
        list: &mut [Row; LIST],
        most: usize,
        sums: &Sums<'_>,
        columns: &[Column],
    ) {
        loop {
            let rows = walk.fill(list, most);
            if rows == 0 {
                break;
            }
            // SAFETY: the caller's.
            unsafe { self.tiles(&walk, sums, &list[..rows], columns) };
        }
    }

    /// The tiles of some vectors of a walk.
    unsafe fn tiles(&self, walk: &Walk, sums: &Sums<'_>, rows: &[Row], columns: &[Column]) {
        let tiles = if walk.each == 2 { self.tiles_of_halves } else { self.tiles_of_vectors };
        // SAFETY: the caller's.
        unsafe { tiles(sums, rows, columns) };
    }
}

/// The kernels of an instruction set, the widest first: maps that are smaller than a vector take the next.
fn kernels(isa: Isa) -> &'static [&'static Kernels] {
    match isa.0 {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => &[AVX512, AVX2, PORTABLE],
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => &[AVX2, PORTABLE],
        #[cfg(target_arch = "aarch64")]
        Level::Neon => &[NEON],
        // the plain loops are as good as vectors of one number
        Level::Portable if Portable::LANES == 1 => &[],
        Level::Portable => &[PORTABLE],
    }
}

/// Goes through the parts of a convolution: samples, groups, rows, channels.
struct Parts<'a> {
    plan: &'a Plan,
    conv: &'a Conv<'a>,
    /// Sample, group, band and channel of the group.
    at: [usize; 4],
}

impl<'a> Parts<'a> {
    fn new(plan: &'a Plan, conv: &'a Conv<'a>) -> Self {
        Parts { plan, conv, at: [0; 4] }
    }

    /// The next part, its first sample, its group, and whether it has the first and the last channels of the group.
    fn next(&mut self) -> Option<(Part<'a>, usize, usize, [bool; 2])> {
        let (plan, window) = (self.plan, self.conv.window);
        let [sample, group, band, channel] = self.at;
        if sample >= self.conv.samples {
            return None;
        }
        let all = window.input[0] / window.groups;
        let row = |band: usize| band * window.output[1] / plan.bands;
        let part = Part {
            plan,
            window,
            samples: plan.samples.min(self.conv.samples - sample),
            first: group * all + channel,
            channels: plan.channels.min(all - channel),
            row: row(band),
            rows: row(band + 1) - row(band),
        };
        let next = channel + part.channels;
        self.at = if next < all {
            [sample, group, band, next]
        } else if band + 1 < plan.bands {
            [sample, group, band + 1, 0]
        } else if group + 1 < window.groups {
            [sample, group + 1, 0, 0]
        } else {
            [sample + part.samples, 0, 0, 0]
        };
        Some((part, sample, group, [channel == 0, next == all]))
    }
}

impl Conv<'_> {
    /// Numbers of a sample of the input and of a channel of the output.
    fn sizes(&self) -> (usize, usize) {
        let ([c, h, w], [_, oh, ow]) = (self.window.input, self.window.output);
        (c * h * w, oh * ow)
    }

    /// Input and output channels of a group.
    fn channels(&self) -> (usize, usize) {
        (self.window.input[0] / self.window.groups, self.window.output[0] / self.window.groups)
    }

    /// Where the weights of a part begin: those of its first input channel and of its group's first output channel.
    fn weights(&self, part: &Part<'_>, group: usize) -> *mut f32 {
        let (inputs, outputs) = self.channels();
        let channel = part.first - group * inputs;
        self.w.wrapping_add(group * outputs + channel * self.window.taps() * self.window.output[0])
    }

    /// The first output of a part.
    fn outputs(&self, part: &Part<'_>, sample: usize, group: usize) -> *mut f32 {
        let channel = sample * self.window.output[0] + group * self.channels().1;
        self.y.wrapping_add(channel * self.sizes().1 + part.row * self.window.output[2])
    }
}

/// `y = w * x + bias`.
unsafe fn forward(by: &Kernels, conv: &Conv<'_>) -> bool {
    // SAFETY: the caller's.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if depthwise::convolve(by, conv, false) {
            return true;
        }
        convolve(by, conv, false)
    }
}

/// The gradient of the input. With steps of 1 it is the convolution of `dy`, suitably padded, with the window reversed,
/// unless that would mostly multiply zeros.
unsafe fn to_input(by: &Kernels, conv: &Conv<'_>) -> bool {
    let window = conv.window;
    let around =
        |axis: usize| ((window.kernel[axis] - 1) * window.dilation[axis]).checked_sub(window.pad[axis]);
    let size = |[_, h, w]: [usize; 3]| h * w;
    let zeros = by.fused && 2 * size(window.input) > 3 * size(window.output);
    // SAFETY: the caller's, here and below.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if depthwise::convolve(by, conv, true) {
            return true;
        }
        match (window.stride, around(0), around(1)) {
            ([1, 1], Some(top), Some(left)) if !zeros => {
                let window =
                    Window { input: window.output, output: window.input, pad: [top, left], ..*window };
                convolve(by, &Conv { window: &window, x: conv.y, y: conv.x, ..*conv }, true)
            }
            _ => by.fused && scatter(by, conv),
        }
    }
}

/// A convolution; `back` if it is that of [`to_input`].
unsafe fn convolve(by: &Kernels, conv: &Conv<'_>, back: bool) -> bool {
    let (window, (sample_size, plane), (_, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let Some(plan) = Plan::new(by.lanes, window) else { return false };
    let numbers = window.taps();
    if numbers > TAPS {
        return false;
    }
    // from one input channel of a weight to the next, and from one number of the window to the next
    let w_row = if back { window.input[0] } else { window.output[0] };
    let w_channel = numbers * w_row;
    let (mut list, mut columns, mut taps) =
        ([Row::default(); LIST], [Column::default(); COLUMNS], [Tap::default(); TAPS]);
    let mut buffer = Buffer::uninit();
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, [first, last])) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole {
            // SAFETY: the caller's word for the maps; the lines of a part fit into the buffer.
            unsafe { (by.copy)(&part, maps, lines) };
        }
        for (k, tap) in taps.iter_mut().enumerate().take(numbers) {
            let at = if back { numbers - 1 - k } else { k };
            *tap = Tap { a: part.tap(at / window.kernel[1], at % window.kernel[1]), b: k * w_row };
        }
        let w = if back { conv.w.wrapping_add(part.first) } else { conv.weights(&part, group) };
        let most = most(by, part.channels);
        for o in (0..outputs).step_by(COLUMNS) {
            let n = COLUMNS.min(outputs - o);
            for (j, column) in columns.iter_mut().enumerate().take(n) {
                *column = Column { b: if back { j * w_channel } else { j }, c: j * plane };
            }
            let start = match conv.bias {
                _ if !first => Start::Sum,
                Some(bias) => Start::Bias(bias.wrapping_add(group * outputs + o)),
                None => Start::Zero,
            };
            let sums = Sums {
                a: lines,
                a_channel: part.channel(),
                b: w.wrapping_add(if back { o * w_channel } else { o }),
                b_channel: if back { 1 } else { w_channel },
                channels: part.channels,
                taps: &taps[..numbers],
                c: conv.outputs(&part, sample, group).wrapping_add(o * plane),
                start,
                relu: conv.relu && last,
            };
            for walk in part.walks(by.lanes, !first) {
                // SAFETY: rows, columns and taps are inside of maps and lines.
                unsafe { by.all_tiles(walk, &mut list, most, &sums, &columns[..n]) };
            }
        }
    }
    true
}

/// How many vectors are read again for each tile of columns: they fill half of the first cache.
fn most(by: &Kernels, channels: usize) -> usize {
    (6144 / (channels * by.lanes.number) / 4 * 4).clamp(4, LIST)
}

/// The gradient of the input for any step: each number of the window adds a product to shifted places.
unsafe fn scatter(by: &Kernels, conv: &Conv<'_>) -> bool {
    let (window, (sample_size, plane), (_, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let Some(plan) = Plan::new(by.lanes, window) else { return false };
    // SAFETY: the caller's word: `dx` has so many numbers.
    unsafe { conv.x.write_bytes(0, sample_size * conv.samples) };
    let [kh, kw] = window.kernel;
    let (mut list, mut columns) = ([Row::default(); LIST], [Column::default(); COLUMNS]);
    let mut buffer = Buffer::uninit();
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, _)) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole {
            // SAFETY: the lines of a part fit into the buffer.
            unsafe { lines.write_bytes(0, part.len()) };
        }
        let mut sums = Sums {
            a: conv.outputs(&part, sample, group),
            a_channel: plane,
            b: conv.w,
            b_channel: 1,
            channels: outputs,
            taps: &[Tap { a: 0, b: 0 }],
            c: lines,
            start: Start::Sum,
            relu: false,
        };
        let (w, most) = (conv.weights(&part, group), most(by, outputs));
        for mut walk in part.walks_back(by.lanes) {
            loop {
                let rows = walk.fill(&mut list, most);
                if rows == 0 {
                    break;
                }
                // what one number of the window adds to is not yet read for another
                for k in 0..kh * kw {
                    sums.b = w.wrapping_add(k * window.output[0]);
                    sums.c = lines.wrapping_add(part.tap(k / kw, k % kw));
                    for i in (0..part.channels).step_by(COLUMNS) {
                        let n = COLUMNS.min(part.channels - i);
                        for (j, column) in columns.iter_mut().enumerate().take(n) {
                            let i = i + j;
                            *column = Column { b: i * kh * kw * window.output[0], c: i * part.channel() };
                        }
                        // SAFETY: rows, columns and taps are inside of maps and lines.
                        unsafe { by.tiles(&walk, &sums, &list[..rows], &columns[..n]) };
                    }
                }
            }
        }
        if !plan.whole {
            // SAFETY: the caller's word for the maps.
            unsafe { (by.add_back)(&part, maps, lines) };
        }
    }
    true
}

/// `dw += ` the gradient of the weight.
unsafe fn to_weight(by: &Kernels, conv: &Conv<'_>) -> bool {
    let ((inputs, outputs), plane, lanes) = (conv.channels(), conv.sizes().1, by.lanes.number);
    // vectors of output channels: several, or many runs or short sums of them, and no quarter of them empty
    let several = outputs >= 2 * lanes || inputs * conv.window.kernel[0] >= 32 || plane < 16 * lanes;
    let across = several && outputs * 4 >= outputs.next_multiple_of(lanes) * 3;
    // SAFETY: the caller's.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if depthwise::grad_weight(by, conv) {
            return true;
        }
        outputs >= lanes && (across || !by.fused) && weight_across(by, conv)
            || by.fused && weight_along(by, conv)
    }
}

/// `dw += ` the gradient of the weight, in vectors of output channels, for which `dy` is transposed: rows of the window are runs.
/// Sums run in order.
unsafe fn weight_across(by: &Kernels, conv: &Conv<'_>) -> bool {
    let (window, (sample_size, plane), (_, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let (c, ow, [kh, kw], sx) = (window.output[0], window.output[2], window.kernel, window.stride[1]);
    let Some(plan) = Plan::dense(window) else { return false };
    let band = TRANSPOSED / (ow * outputs);
    if band == 0 || !runs::has(kw) || window.dilation[1] > 1 {
        return false;
    }
    let (mut buffer, mut transposed) = (Buffer::uninit(), MaybeUninit::<[f32; TRANSPOSED]>::uninit());
    let transposed = transposed.as_mut_ptr().cast::<f32>();
    let mut starts = [0; COLUMNS];
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, _)) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole {
            // SAFETY: the caller's word for the maps; the lines of a part fit into the buffer.
            unsafe { (by.copy)(&part, maps, lines) };
        }
        let row_step = plan.pitch * plan.step[0];
        for i in 0..part.samples * part.rows.div_ceil(band) {
            let (nth, row) = (i / part.rows.div_ceil(band), i % part.rows.div_ceil(band) * band);
            let rows = band.min(part.rows - row);
            let dy = conv.outputs(&part, sample + nth, group);
            // SAFETY: the caller's word for `dy`; the buffer has room for a band.
            unsafe { (by.transpose)(outputs, rows * ow, dy.add(row * ow), plane, transposed, outputs) };
            let all = part.channels * kh;
            for first in (0..all).step_by(COLUMNS) {
                let n = COLUMNS.min(all - first);
                for (j, start) in starts.iter_mut().enumerate().take(n) {
                    *start = (first + j) / kh * part.channel() + part.tap((first + j) % kh, 0);
                }
                let runs = Runs {
                    a: transposed,
                    channels: outputs,
                    places: [rows, ow],
                    b: lines.wrapping_add(nth * part.sample() + row * row_step),
                    step: [row_step, sx],
                    runs: &starts[..n],
                    c: conv.weights(&part, group).wrapping_add(first * kw * c),
                    c_column: c,
                };
                // SAFETY: runs and places are inside of the transposed `dy`, the lines and the weight.
                unsafe { (by.runs)(&runs, kw) };
            }
        }
    }
    true
}

/// `dw += ` the gradient of the weight, in vectors along the sums.
unsafe fn weight_along(by: &Kernels, conv: &Conv<'_>) -> bool {
    let (window, (sample_size, plane), (_, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let Some(plan) = Plan::new(by.lanes, window) else { return false };
    let (mut list, mut columns) = ([Row::default(); LIST], [Column::default(); COLUMNS]);
    let mut buffer = Buffer::uninit();
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, _)) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole {
            // SAFETY: the caller's word for the maps; the lines of a part fit into the buffer.
            unsafe { (by.copy)(&part, maps, lines) };
        }
        let product = Dots {
            a: conv.outputs(&part, sample, group),
            a_row: plane,
            rows: outputs,
            b: lines,
            c: conv.weights(&part, group),
        };
        for mut walk in part.walks(by.lanes, true) {
            let dots = if walk.each == 2 { by.dots_of_halves } else { by.dots };
            loop {
                let places = walk.fill(&mut list, LIST);
                if places == 0 {
                    break;
                }
                let numbers = part.channels * window.taps();
                for first in (0..numbers).step_by(COLUMNS) {
                    let n = COLUMNS.min(numbers - first);
                    for (j, column) in columns.iter_mut().enumerate().take(n) {
                        let (i, k) = ((first + j) / window.taps(), (first + j) % window.taps());
                        let at = part.tap(k / window.kernel[1], k % window.kernel[1]);
                        *column = Column { b: i * part.channel() + at, c: (first + j) * window.output[0] };
                    }
                    // SAFETY: places and columns are inside of maps and lines.
                    unsafe { dots(&product, &list[..places], &columns[..n]) };
                }
            }
        }
    }
    true
}
