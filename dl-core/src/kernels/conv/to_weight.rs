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
