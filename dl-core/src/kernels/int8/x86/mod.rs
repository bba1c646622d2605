//! Vector kernels of x86: AVX2, and AVX-512 with VNNI.
//!
//! Each function says whether it has done its work. It has not where the processor has no such instructions, where sizes do not
//! match, where a number is out of the ordinary (a bias of 31 bits), or where vectors do not pay: the plain loop does it then.

#[cfg(feature = "std")]
use core::sync::atomic::{AtomicU8, Ordering};

mod add;
mod avx2;
mod conv;
mod dense;
mod depthwise;
mod lanes;
mod pooling;
mod scale;
#[cfg(test)]
mod tests;
mod vnni;

use super::{Conv, Dense, Output, Sum};
use crate::kernels::conv::Window;
use lanes::Lanes;
use scale::Scale;

/// Instructions that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Set {
    Avx2 = 2,
    Vnni = 3,
}

/// What is compiled for each set.
trait Call {
    /// Does it; to be `inline(always)`.
    ///
    /// # Safety
    /// The instructions of `V` are needed.
    unsafe fn run<V: Lanes>(self);
}

impl Set {
    /// The best of this processor.
    #[inline(always)]
    fn best() -> Option<Set> {
        if cfg!(all(
            target_feature = "avx512f",
            target_feature = "avx512vl",
            target_feature = "avx512dq",
            target_feature = "avx512bw",
            target_feature = "avx512vnni"
        )) {
            return Some(Set::Vnni);
        }
        #[cfg(feature = "std")]
        {
            /// The answer, once it has been asked for; 0 before.
            static KNOWN: AtomicU8 = AtomicU8::new(0);
            match KNOWN.load(Ordering::Relaxed) {
                1 => None,
                2 => Some(Set::Avx2),
                3 => Some(Set::Vnni),
                _ => {
                    let set = Self::detect();
                    KNOWN.store(set.map_or(1, |set| set as u8), Ordering::Relaxed);
                    set
                }
            }
        }
        #[cfg(not(feature = "std"))]
        cfg!(target_feature = "avx2").then_some(Set::Avx2)
    }

    #[cfg(feature = "std")]
    #[cold]
    fn detect() -> Option<Set> {
        use std::arch::is_x86_feature_detected as has;
        let wide = has!("avx512f") && has!("avx512vl") && has!("avx512dq") && has!("avx512bw");
        if wide && has!("avx512vnni") && has!("avx2") {
            Some(Set::Vnni)
        } else {
            has!("avx2").then_some(Set::Avx2)
        }
    }

    /// Runs `call`, compiled for this set.
    fn run<C: Call>(self, call: C) {
        #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512vnni,avx2")]
        unsafe fn vnni<C: Call>(call: C) {
            // SAFETY: the instructions are there.
            unsafe { call.run::<vnni::I32x16>() }
        }
        #[target_feature(enable = "avx2")]
        unsafe fn avx2<C: Call>(call: C) {
            // SAFETY: as above.
            unsafe { call.run::<avx2::I32x8>() }
        }
        match self {
            // SAFETY: a set is only named where the processor has it.
            Set::Vnni => unsafe { vnni(call) },
            // SAFETY: as above.
            Set::Avx2 => unsafe { avx2(call) },
        }
    }
}

pub(super) fn conv(layer: &Conv<'_>, x: &[i8], y: &mut [i8]) -> bool {
    Set::best().is_some_and(|set| {
        if super::is_depthwise(layer.window) {
            depthwise::run(set, layer, x, y)
        } else {
            conv::run(set, layer, x, y)
        }
    })
}

pub(super) fn dense(layer: &Dense<'_>, x: &[i8], y: &mut [i8]) -> bool {
    Set::best().is_some_and(|set| dense::run(set, layer, x, y))
}

pub(super) fn add(sum: &Sum, a: &[i8], b: &[i8], y: &mut [i8]) -> bool {
    Set::best().is_some_and(|set| add::run(set, sum, a, b, y))
}

pub(super) use pooling::{avg_pool, global_avg_pool, global_max_pool, max_pool};

/// Whether an output has bounds that vectors know how to keep.
fn is_ordered(output: Output) -> bool {
    output.min <= output.max
}

/// Whether all sizes of a convolution are those of its window, and its sums and factors are those that vectors can take.
fn is_sound(layer: &Conv<'_>, x: &[i8], y: &[i8]) -> bool {
    let Conv { window, weight, bias, numerator, shift, output, .. } = layer;
    let outputs = window.output[0];
    if !window.fits(x.len(), weight.len(), y.len())
        || [bias.len(), numerator.len(), shift.len()] != [outputs; 3]
        || !is_ordered(*output)
    {
        return false;
    }
    // a product is at most 2¹⁴
    let most = scale::LIMIT as usize >> 14;
    let fan = weight.len().checked_div(outputs).unwrap_or_default();
    let Some(room) = most.checked_sub(fan + 1) else { return false };
    let room = (room << 14) as u32;
    bias.iter().all(|bias| bias.unsigned_abs() <= room) && numerator.iter().all(|m| Scale::takes(*m))
}

/// The numbers of a window, on one axis, that are inside of the image.
#[derive(Clone, Copy)]
struct Seen {
    from: usize,
    to: usize,
    /// Where the first one is, if there is one.
    first: usize,
}

impl Seen {
    /// What a window sees whose place on an axis is `at`.
    #[inline(always)]
    fn of(window: &Window, axis: usize, at: usize) -> Seen {
        let (dilation, pad, size) = (window.dilation[axis], window.pad[axis], window.input[axis + 1]);
        let start = at * window.stride[axis];
        let (from, to) = if dilation == 1 {
            (pad.saturating_sub(start), (size + pad).saturating_sub(start))
        } else {
            (
                pad.saturating_sub(start).div_ceil(dilation),
                (size + pad).saturating_sub(start).div_ceil(dilation),
            )
        };
        let to = to.min(window.kernel[axis]);
        let from = from.min(to);
        Seen { from, to, first: if from < to { start + from * dilation - pad } else { 0 } }
    }
}
