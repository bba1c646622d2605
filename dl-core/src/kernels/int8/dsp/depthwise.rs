//! Depthwise convolutions: four channels at a time.

use super::conv::out;
use super::instructions::{even_bytes, high_add, low_add, odd_bytes, word};
use super::seen::{ROOM, gather};
use crate::kernels::int8::Conv;

/// What a window sees, and its weight: `[KH, KW, ..]` each.
#[derive(Clone, Copy)]
struct Taps {
    x: *const i8,
    w: *const i8,
    /// From one row of the window to the next.
    x_row: usize,
    /// From one column to the next, of both.
    columns: [usize; 2],
    kernel: [usize; 2],
}

/// All channels, unless the window is too large.
pub(super) fn depthwise(layer: &Conv<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let window = layer.window;
    let (channels, [kh, kw]) = (window.input[0], window.kernel);
    // channels that are gathered together
    let part = (ROOM / (kh * kw).max(1)).min(channels) / 4 * 4;
    if part == 0 && channels >= 4 || kh * kw > ROOM {
        return false;
    }
    let part = part.max(1);
    let mut room = [0; ROOM];
    for (i, y) in y.chunks_exact_mut(channels.max(1)).enumerate() {
        let columns = window.output[2].max(1);
        let at = [i / columns, i % columns];
        let start = |axis: usize| {
            let start = (at[axis] * window.stride[axis]).checked_sub(window.pad[axis])?;
            let end = start + (window.kernel[axis] - 1) * window.dilation[axis];
            (end < window.input[axis + 1]).then_some(start)
        };
        let w = layer.weight.as_ptr();
        if let (Some(row), Some(column)) = (start(0), start(1)) {
            let taps = Taps {
                x: x.as_ptr().wrapping_add((row * window.input[2] + column) * channels),
                w,
                x_row: window.dilation[0] * window.input[2] * channels,
                columns: [window.dilation[1] * channels, channels],
                kernel: window.kernel,
            };
            // SAFETY: the window is inside of the image.
            unsafe { some(layer, taps, 0, y) };
            continue;
        }
        for (p, y) in y.chunks_mut(part).enumerate() {
            let (first, count) = (p * part, y.len());
            let seen = room.get_mut(..kh * kw * count);
            let Some(seen) = seen else { return false };
            if gather(window, layer.x_zero, at, [first, count], x, seen).is_none() {
                return false;
            }
            let taps = Taps {
                x: seen.as_ptr(),
                w: w.wrapping_add(first),
                x_row: kw * count,
                columns: [count, channels],
                kernel: window.kernel,
            };
            // SAFETY: the window was gathered.
            unsafe { some(layer, taps, first, y) };
        }
    }
    true
}

/// Channels from `first` on, as many as `y` is long, at one place.
///
/// # Safety
/// The window and the weight may be read at all taps, for so many channels, and there are these.
unsafe fn some(layer: &Conv<'_>, mut taps: Taps, first: usize, y: &mut [i8]) {
    let (mut o, end) = (first, first + y.len());
    let (bias, mut y) = (layer.bias.as_ptr(), y.as_mut_ptr());
    // SAFETY: the caller's word.
    unsafe {
        while o + 4 <= end {
            let mut sums = *bias.add(o).cast::<[i32; 4]>();
            four(&taps, &mut sums);
            for (i, sum) in sums.into_iter().enumerate() {
                *y.add(i) = out(layer, o + i, sum);
            }
            (taps.x, taps.w, o, y) = (taps.x.wrapping_add(4), taps.w.wrapping_add(4), o + 4, y.add(4));
        }
        while o < end {
            *y = out(layer, o, one(&taps).wrapping_add(*bias.add(o)));
            (taps.x, taps.w, o, y) = (taps.x.wrapping_add(1), taps.w.wrapping_add(1), o + 1, y.add(1));
        }
    }
}

/// The products of one channel.
///
/// # Safety
/// It may be read at all taps.
unsafe fn one(taps: &Taps) -> i32 {
    let mut sum = 0_i32;
    let mut w = taps.w;
    for row in 0..taps.kernel[0] {
        let mut x = taps.x.wrapping_add(row * taps.x_row);
        for _ in 0..taps.kernel[1] {
            // SAFETY: the caller's word.
            sum = sum.wrapping_add(unsafe { *x as i32 * *w as i32 });
            (x, w) = (x.wrapping_add(taps.columns[0]), w.wrapping_add(taps.columns[1]));
        }
    }
    sum
}

/// Adds the products of four channels.
///
/// # Safety
/// They may be read at all taps.
#[inline(always)]
unsafe fn four(taps: &Taps, sums: &mut [i32; 4]) {
    #[cfg(dsp)]
    if taps.kernel[1] == 3 {
        // SAFETY: the caller's word.
        return unsafe { four_by_3(taps, sums) };
    }
    // SAFETY: the caller's word.
    unsafe { four_by_any(taps, sums) }
}

#[inline(never)]
unsafe fn four_by_any(taps: &Taps, [s0, s1, s2, s3]: &mut [i32; 4]) {
    let mut w = taps.w;
    for row in 0..taps.kernel[0] {
        let mut x = taps.x.wrapping_add(row * taps.x_row);
        for _ in 0..taps.kernel[1] {
            // SAFETY: the caller's word.
            let (a, b) = unsafe { (word(x), word(w)) };
            let (even, odd) = ([even_bytes(a), even_bytes(b)], [odd_bytes(a), odd_bytes(b)]);
            (*s0, *s2) = (low_add(even[0], even[1], *s0), high_add(even[0], even[1], *s2));
            (*s1, *s3) = (low_add(odd[0], odd[1], *s1), high_add(odd[0], odd[1], *s3));
            (x, w) = (x.wrapping_add(taps.columns[0]), w.wrapping_add(taps.columns[1]));
        }
    }
}

/// The same for windows of three columns.
#[cfg(dsp)]
#[inline(never)]
unsafe fn four_by_3(taps: &Taps, [s0, s1, s2, s3]: &mut [i32; 4]) {
    macro_rules! tap {
        ($x:literal, $w:literal) => {
            concat!(
                "ldr {t}, ",
                $x,
                "\n ldr {a}, ",
                $w,
                "\n",
                "sxtb16 {u}, {t}, ror #8 \n sxtb16 {t}, {t} \n sxtb16 {b}, {a}, ror #8 \n sxtb16 {a}, {a} \n",
                "smlabb {s0}, {t}, {a}, {s0} \n smlatt {s2}, {t}, {a}, {s2} \n",
                "smlabb {s1}, {u}, {b}, {s1} \n smlatt {s3}, {u}, {b}, {s3} \n",
            )
        };
    }
    // SAFETY: reads the words that the caller vouches for. All 13 registers are taken, so `r7`, the frame's pointer, counts and is
    // put back in the end.
    unsafe {
        core::arch::asm!(
            "push {{r7}}",
            "mov r7, {t}",
            "2:",
            tap!("[{x}]", "[{w}]"),
            tap!("[{x}, {xs}]", "[{w}, {ws}]"),
            tap!("[{x}, {xs}, lsl #1]", "[{w}, {ws}, lsl #1]"),
            "add {x}, {x}, {x_row}",
            "add {w}, {w}, {ws}, lsl #1",
            "add {w}, {w}, {ws}",
            "subs r7, r7, #1",
            "bne 2b",
            "pop {{r7}}",
            x = inout(reg) taps.x => _,
            xs = in(reg) taps.columns[0],
            x_row = in(reg) taps.x_row,
            w = inout(reg) taps.w => _,
            ws = in(reg) taps.columns[1],
            s0 = inout(reg) *s0,
            s1 = inout(reg) *s1,
            s2 = inout(reg) *s2,
            s3 = inout(reg) *s3,
            t = inout(reg) taps.kernel[0] => _,
            u = out(reg) _,
            a = out(reg) _,
            b = out(reg) _,
            options(readonly),
        );
    }
}
