//! The convolutions of `f32`: parts of samples, rows and channels, and their tiles.

use super::super::isa::{Isa, Level};
#[cfg(target_arch = "aarch64")]
use super::super::simd::Neon;
#[cfg(target_arch = "x86_64")]
use super::super::simd::{F32x8, F32x16};
use super::super::simd::{Portable, Simd};
use super::lines::{Buffer, LIST, Part, Plan};
use super::tile::{Column, Dots, Row, Start, Sums, Tap, dots, plane_sums, tiles};
use super::{Convolutions, Window, plain};

/// Numbers of a window that a table holds.
const TAPS: usize = 128;

/// Columns of a table.
const COLUMNS: usize = 48;

/// The arguments of a convolution. The pointers must be good for as many samples of `window` as it says.
#[derive(Clone, Copy)]
struct Conv<'a> {
    window: &'a Window,
    samples: usize,
    x: *mut f32,
    w: *mut f32,
    y: *mut f32,
    bias: Option<*const f32>,
    relu: bool,
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
        if !unsafe { forward(isa, &conv) } {
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
        dx.fill(0.0);
        // SAFETY: as above; only `dx` is written.
        if !unsafe { to_input(isa, &conv) } {
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
        if isa == Isa::PORTABLE {
            return plain::conv_grad_weight(window, x, dy, dw, db, samples, fresh);
        }
        if fresh {
            dw.fill(0.0);
        }
        let mut conv = Conv {
            window,
            samples,
            x: x.as_ptr().cast_mut(),
            w: dw.as_mut_ptr(),
            y: dy.as_ptr().cast_mut(),
            bias: None,
            relu: false,
        };
        // SAFETY: as above; only `dw` is written.
        if !unsafe { to_weight(isa, &conv) } {
            plain::conv_grad_weight(window, x, dy, dw, None, samples, fresh);
        }
        if let Some(db) = db {
            assert!(db.len() == window.output[0]);
            if fresh {
                db.fill(0.0);
            }
            conv.w = db.as_mut_ptr();
            // SAFETY: as above; only `db` is written.
            unsafe { to_bias(isa, &conv) };
        }
    }
}

macro_rules! dispatch {
    ($($name:ident = $body:ident;)*) => { $(
        /// Returns whether it could.
        ///
        /// # Safety
        /// The pointers of the argument must be good, as its type says.
        unsafe fn $name(isa: Isa, conv: &Conv<'_>) -> bool {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
            unsafe fn avx512(conv: &Conv<'_>) -> bool {
                // SAFETY: the pointers are the caller's word, the instructions are there.
                unsafe {
                    $body::<F32x16, 4, 6>(conv)
                        || $body::<F32x8, 4, 6>(conv) || $body::<<F32x8 as Simd>::Rest, 4, 6>(conv)
                }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2(conv: &Conv<'_>) -> bool {
                // SAFETY: as above.
                unsafe {
                    $body::<F32x8, 2, 6>(conv) || $body::<<F32x8 as Simd>::Rest, 2, 6>(conv)
                }
            }
            #[cfg(target_arch = "aarch64")]
            unsafe fn neon(conv: &Conv<'_>) -> bool {
                // SAFETY: as above; every 64-bit ARM processor has NEON.
                unsafe { $body::<Neon<true>, 4, 6>(conv) }
            }
            unsafe fn portable(conv: &Conv<'_>) -> bool {
                // SAFETY: as above; the target has the instructions of its portable vector.
                Portable::LANES > 1 && unsafe { $body::<Portable, 2, 4>(conv) }
            }
            // SAFETY: a token exists only where the processor has its instructions; the pointers are the caller's word.
            unsafe {
                match isa.0 {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => avx512(conv),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => avx2(conv),
                    #[cfg(target_arch = "aarch64")]
                    Level::Neon => neon(conv),
                    Level::Portable => portable(conv),
                }
            }
        }
    )* };
}

dispatch! {
    forward = forward_by;
    to_input = to_input_by;
    to_weight = to_weight_by;
    to_bias = to_bias_by;
}

/// Goes through the parts of a convolution: samples, groups, rows, channels.
struct Parts<'a> {
    plan: &'a Plan,
    conv: &'a Conv<'a>,
    /// Sample, group, band and channel of the group.
    at: [usize; 4],
}

impl<'a> Parts<'a> {
    #[inline(always)]
    fn new(plan: &'a Plan, conv: &'a Conv<'a>) -> Self {
        Parts { plan, conv, at: [0; 4] }
    }

    /// The next part, its first sample, its group, and whether it has the first and the last channels of the group.
    #[inline(always)]
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
    #[inline(always)]
    fn sizes(&self) -> (usize, usize) {
        let ([c, h, w], [_, oh, ow]) = (self.window.input, self.window.output);
        (c * h * w, oh * ow)
    }

    /// Input and output channels of a group.
    #[inline(always)]
    fn channels(&self) -> (usize, usize) {
        (self.window.input[0] / self.window.groups, self.window.output[0] / self.window.groups)
    }

    /// Where the weights of a part begin: those of its first input channel and of its group's first output channel.
    #[inline(always)]
    fn weights(&self, part: &Part<'_>, group: usize) -> *mut f32 {
        let (inputs, outputs) = self.channels();
        let channel = part.first - group * inputs;
        self.w.wrapping_add(group * outputs + channel * self.window.taps() * self.window.output[0])
    }

    /// The first output of a part.
    #[inline(always)]
    fn outputs(&self, part: &Part<'_>, sample: usize, group: usize) -> *mut f32 {
        let channel = sample * self.window.output[0] + group * self.channels().1;
        self.y.wrapping_add(channel * self.sizes().1 + part.row * self.window.output[2])
    }
}

/// `y = w * x + bias`.
#[inline(always)]
unsafe fn forward_by<V: Simd, const MV: usize, const NC: usize>(conv: &Conv<'_>) -> bool {
    let (window, (sample_size, plane), (_, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let Some(plan) = Plan::new::<V>(window) else { return false };
    if window.taps() > TAPS {
        return false;
    }
    let (mut list, mut columns, mut taps) =
        ([Row::default(); LIST], [Column::default(); COLUMNS], [Tap::default(); TAPS]);
    let mut buffer = Buffer::uninit();
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, [first, last])) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole {
            // SAFETY: the caller's word for the maps; the lines of a part fit into the buffer.
            unsafe { part.copy::<V, false>(maps, lines) };
        }
        for (k, tap) in taps.iter_mut().enumerate().take(window.taps()) {
            let at = part.tap(k / window.kernel[1], k % window.kernel[1]);
            *tap = Tap { a: at, b: k * window.output[0] };
        }
        // what is read stays in the second cache
        let most = (4096 / part.channels / MV * MV).clamp(MV, LIST);
        for o in (0..outputs).step_by(COLUMNS) {
            let n = COLUMNS.min(outputs - o);
            for (j, column) in columns.iter_mut().enumerate().take(n) {
                *column = Column { b: j, c: j * plane };
            }
            let start = match conv.bias {
                _ if !first => Start::Sum,
                Some(bias) => Start::Bias(bias.wrapping_add(group * outputs + o)),
                None => Start::Zero,
            };
            let sums = Sums {
                a: lines,
                a_channel: part.channel(),
                b: conv.weights(&part, group).wrapping_add(o),
                b_channel: window.taps() * window.output[0],
                channels: part.channels,
                taps: &taps[..window.taps()],
                c: conv.outputs(&part, sample, group).wrapping_add(o * plane),
                start,
                relu: conv.relu && last,
            };
            let mut walk = part.walk(!first);
            loop {
                let rows = walk.fill_tiles::<V>(&mut list, most, MV);
                if rows == 0 {
                    break;
                }
                // SAFETY: rows, columns and taps are inside of maps and lines.
                unsafe { tiles::<V, MV, NC, true>(&sums, &list[..rows], &columns[..n]) };
            }
        }
    }
    true
}

/// `dx += ` the gradient of the input: each number of the window adds a product to shifted places.
#[inline(always)]
unsafe fn to_input_by<V: Simd, const MV: usize, const NC: usize>(conv: &Conv<'_>) -> bool {
    let (window, (sample_size, plane), (_, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let Some(plan) = Plan::new::<V>(window) else { return false };
    if !V::FUSED && !plan.in_order() {
        return false;
    }
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
        let (w, most) = (conv.weights(&part, group), (4096 / outputs / MV * MV).clamp(MV, LIST));
        for k in 0..kh * kw {
            let (tap, o) = (part.tap(k / kw, k % kw), k * window.output[0]);
            for i in (0..part.channels).step_by(COLUMNS) {
                let n = COLUMNS.min(part.channels - i);
                for (j, column) in columns.iter_mut().enumerate().take(n) {
                    let i = i + j;
                    *column = Column { b: i * kh * kw * window.output[0] + o, c: i * part.channel() + tap };
                }
                let sums = Sums {
                    a: conv.outputs(&part, sample, group),
                    a_channel: plane,
                    b: w,
                    b_channel: 1,
                    channels: outputs,
                    taps: &[Tap { a: 0, b: 0 }],
                    c: lines,
                    start: Start::Sum,
                    relu: false,
                };
                let mut walk = part.walk_back();
                loop {
                    let rows = walk.fill_tiles::<V>(&mut list, most, MV);
                    if rows == 0 {
                        break;
                    }
                    // SAFETY: rows, columns and taps are inside of maps and lines.
                    unsafe { tiles::<V, MV, NC, false>(&sums, &list[..rows], &columns[..n]) };
                }
            }
        }
        if !plan.whole {
            // SAFETY: the caller's word for the maps.
            unsafe { part.copy::<V, true>(maps, lines) };
        }
    }
    true
}

/// `dw += ` the gradient of the weight.
#[inline(always)]
unsafe fn to_weight_by<V: Simd, const MV: usize, const NC: usize>(conv: &Conv<'_>) -> bool {
    let (window, (sample_size, plane), (_, outputs)) = (conv.window, conv.sizes(), conv.channels());
    let Some(plan) = Plan::new::<V>(window) else { return false };
    let (mut list, mut columns) = ([Row::default(); LIST], [Column::default(); COLUMNS]);
    let mut buffer = Buffer::uninit();
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, _)) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole {
            // SAFETY: the caller's word for the maps; the lines of a part fit into the buffer.
            unsafe { part.copy::<V, false>(maps, lines) };
        }
        let product = Dots {
            a: conv.outputs(&part, sample, group),
            a_row: plane,
            rows: outputs,
            b: lines,
            c: conv.weights(&part, group),
        };
        let mut walk = part.walk(true);
        loop {
            let places = walk.fill::<V>(&mut list, LIST);
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
                unsafe { dots::<V, NC>(&product, &list[..places], &columns[..n]) };
            }
        }
    }
    true
}

/// `db += ` the gradient of the bias.
#[inline(always)]
unsafe fn to_bias_by<V: Simd, const MV: usize, const NC: usize>(conv: &Conv<'_>) -> bool {
    let ([c, ..], plane) = (conv.window.output, conv.sizes().1);
    for sample in 0..conv.samples {
        // SAFETY: the caller's word for the pointers and the instructions.
        unsafe { plane_sums::<V>(conv.y.add(sample * c * plane), plane, c, conv.w) };
    }
    true
}
