//! Convolutions and the gradients of their inputs: sums over a window, or products added to one.

use super::Window;
use super::kernels::{COLUMNS, Kernels};
use super::lines::{Buffer, LIST, Plan};
use super::parts::{Conv, Parts};
use super::tile::{Column, Row, Start, Sums, Tap};
#[cfg(target_arch = "x86_64")]
use super::{depthwise, halved, moved, picked, shifted, strided};

/// Numbers of a window that a table holds.
const TAPS: usize = 128;

/// `y = w * x + bias`.
pub(super) unsafe fn forward(by: &Kernels, conv: &Conv<'_>) -> bool {
    // SAFETY: the caller's.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if depthwise::convolve(by, conv, false) || strided::forward(by, conv) {
            return true;
        }
        convolve(by, conv, false)
    }
}

/// The gradient of the input. With steps of 1 it is the convolution of `dy`, suitably padded, with the window reversed,
/// unless that would mostly multiply zeros.
pub(super) unsafe fn to_input(by: &Kernels, conv: &Conv<'_>) -> bool {
    let window = conv.window;
    let around =
        |axis: usize| ((window.kernel[axis] - 1) * window.dilation[axis]).checked_sub(window.pad[axis]);
    let size = |[_, h, w]: [usize; 3]| h * w;
    let zeros = by.fused && 2 * size(window.input) > 3 * size(window.output);
    // SAFETY: the caller's, here and below.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if depthwise::convolve(by, conv, true) || halved::to_input(by, conv) || strided::to_input(by, conv) {
            return true;
        }
        match (window.stride, around(0), around(1)) {
            ([1, 1], Some(top), Some(left)) if !zeros => {
                let window =
                    Window { input: window.output, output: window.input, pad: [top, left], ..*window };
                convolve(by, &Conv { window: &window, x: conv.y, y: conv.x, ..*conv }, true)
            }
            #[cfg(target_arch = "x86_64")]
            _ if shifted::to_input(by, conv) => true,
            _ => by.fused && scatter(by, conv),
        }
    }
}

/// A convolution; `back` if it is that of [`to_input`].
unsafe fn convolve(by: &Kernels, conv: &Conv<'_>, back: bool) -> bool {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's.
    if unsafe { moved::convolve(by, conv, back) || !back && picked::convolve(by, conv) } {
        return true;
    }
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
    let covered = |axis: usize| {
        let end = window.output[axis + 1] * window.stride[axis];
        window.kernel[axis] == window.stride[axis] && end >= window.input[axis + 1] + window.pad[axis]
    };
    if !(plan.apart && covered(0) && covered(1)) {
        // SAFETY: the caller's word: `dx` has so many numbers.
        unsafe { conv.x.write_bytes(0, sample_size * conv.samples) };
    }
    let [kh, kw] = window.kernel;
    let (mut list, mut columns) = ([Row::default(); LIST], [Column::default(); COLUMNS]);
    let mut buffer = Buffer::uninit();
    let mut parts = Parts::new(&plan, conv);
    while let Some((part, sample, group, _)) = parts.next() {
        let maps = conv.x.wrapping_add(sample * sample_size);
        let lines = part.lines(maps, &mut buffer);
        if !plan.whole && !plan.apart {
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
            start: if plan.apart { Start::Zero } else { Start::Sum },
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
