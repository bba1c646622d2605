//! The gradients of weights: sums over places.

use core::mem::MaybeUninit;

use super::kernels::{COLUMNS, Kernels};
use super::lines::{Buffer, LIST, Plan};
use super::parts::{Conv, Parts};
use super::runs::{self, Runs};
use super::tile::{Column, Dots, Row};
#[cfg(target_arch = "x86_64")]
use super::{depthwise, strided};

/// Numbers of `dy` that are transposed at a time: 16 KiB, which stay in the first cache.
const TRANSPOSED: usize = 4 * 1024;

/// Numbers of the vectors that sums are kept in: 32 KiB.
const KEPT: usize = 8 * 1024;

/// These vectors. They begin at a line of the cache.
#[repr(align(64))]
struct Kept(MaybeUninit<[f32; KEPT]>);

/// `dw += ` the gradient of the weight.
pub(super) unsafe fn to_weight(by: &Kernels, conv: &Conv<'_>) -> bool {
    let ((inputs, outputs), plane, lanes) = (conv.channels(), conv.sizes().1, by.lanes.number);
    // vectors of output channels: several, or many runs or short sums of them, and no quarter of them empty
    let several = outputs >= 2 * lanes || inputs * conv.window.kernel[0] >= 32 || plane < 16 * lanes;
    let across = several && outputs * 4 >= outputs.next_multiple_of(lanes) * 3;
    // SAFETY: the caller's.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if depthwise::grad_weight(by, conv) || strided::grad_weight(by, conv) {
            return true;
        }
        outputs >= lanes && (across || !by.fused) && weight_across(by, conv)
            || by.fused && weight_along(by, conv)
    }
}

/// `dw += ` the gradient of the weight, in vectors of output channels, for which `dy` is transposed: rows of the window are
/// runs. Sums run in order.
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
        let (row_step, sample_step, down) = (plan.pitch * plan.step[0], part.sample(), part.tap(1, 0));
        // a band of a sample, or all rows of several samples
        let (bands, together) = (part.rows.div_ceil(band), (band / part.rows).clamp(1, part.samples));
        for i in 0..part.samples.div_ceil(together) * bands {
            let (nth, row) = (i / bands * together, i % bands * band);
            let (rows, samples) = (band.min(part.rows - row), together.min(part.samples - nth));
            for j in 0..samples {
                let dy = conv.outputs(&part, sample + nth + j, group).wrapping_add(row * ow);
                let to = transposed.wrapping_add(j * rows * ow * outputs);
                // SAFETY: the caller's word for `dy`; the buffer has room for a band.
                unsafe { (by.transpose)(outputs, rows * ow, dy, plane, to, outputs) };
            }
            let (all, mut next) = (part.channels * kh, [0; 3]);
            for first in (0..all).step_by(COLUMNS) {
                let n = COLUMNS.min(all - first);
                for start in starts.iter_mut().take(n) {
                    *start = next[0] * part.channel() + next[1] * down;
                    next = following(next, [kh, 1]);
                }
                let runs = Runs {
                    a: transposed,
                    channels: outputs,
                    places: [samples, rows, ow],
                    b: lines.wrapping_add(nth * sample_step + row * row_step),
                    step: [sample_step, row_step, sx],
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
    let (mut buffer, mut kept) = (Buffer::uninit(), Kept(MaybeUninit::uninit()));
    let (kept, weights) = (kept.0.as_mut_ptr().cast::<f32>(), window.weights());
    // few sums stay vectors until the end: adding up what each holds takes as long as many products
    let vectors = weights.next_multiple_of(16) * by.lanes.number;
    let keeps = vectors <= KEPT;
    if keeps {
        // SAFETY: the buffer has so many numbers.
        unsafe { kept.write_bytes(0, vectors) };
    }
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, _)) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole {
            // SAFETY: the caller's word for the maps; the lines of a part fit into the buffer.
            unsafe { (by.copy)(&part, maps, lines) };
        }
        let first = conv.first_weight(&part, group);
        let product = Dots {
            a: conv.outputs(&part, sample, group),
            a_row: plane,
            rows: outputs,
            b: lines,
            c: conv.w.wrapping_add(first),
            kept: keeps.then(|| kept.wrapping_add(first * by.lanes.number)),
        };
        for mut walk in part.walks(by.lanes, true) {
            let dots = if walk.each == 2 { by.dots_of_halves } else { by.dots };
            loop {
                let places = walk.fill(&mut list, LIST);
                if places == 0 {
                    break;
                }
                let (numbers, mut next) = (part.channels * window.taps(), [0; 3]);
                for first in (0..numbers).step_by(COLUMNS) {
                    let n = COLUMNS.min(numbers - first);
                    for (j, column) in columns.iter_mut().enumerate().take(n) {
                        let ([i, ky, kx], c) = (next, (first + j) * window.output[0]);
                        *column = Column { b: i * part.channel() + part.tap(ky, kx), c };
                        next = following(next, window.kernel);
                    }
                    // SAFETY: places and columns are inside of maps and lines.
                    unsafe { dots(&product, &list[..places], &columns[..n]) };
                }
            }
        }
    }
    if keeps {
        // SAFETY: `dw` has so many numbers, the buffer a vector for each.
        unsafe { (by.add_kept)(kept, weights, conv.w) };
    }
    true
}

/// The channel, row and column of the window after one, of a kernel of some rows and columns: counted, for divisions would
/// take as long as the sums of a small map.
fn following([channel, ky, kx]: [usize; 3], [kh, kw]: [usize; 2]) -> [usize; 3] {
    if kx + 1 < kw {
        [channel, ky, kx + 1]
    } else if ky + 1 < kh {
        [channel, ky + 1, 0]
    } else {
        [channel + 1, 0, 0]
    }
}
