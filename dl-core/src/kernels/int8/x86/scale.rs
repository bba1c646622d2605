//! From sums to outputs, a vector at once.
//!
//! [`rescale`](super::super::rescale) rounds twice: `v = ⌊(x m + 2³⁰) / 2³¹⌋` with the numerator `m`, and then `v 2⁻ⁿ`, halves away
//! from zero.
//!
//! - `m` is from 2³⁰ to 2³¹, so that `2 m − 2³²` is a negative number of 32 bits, and `v` is `x` more than the upper half of
//!   `x (2 m − 2³²) + 2³¹`: nothing need be shifted.
//! - `v 2⁻ⁿ` is `⌊(v + 2ⁿ⁻¹ − [v < 0]) / 2ⁿ⌋`, which does not overflow for sums below 2³⁰.

use super::super::{Factor, Output};
use super::lanes::Lanes;

/// Sums are below it, but where they are shifted to the left.
pub(super) const LIMIT: i32 = 1 << 30;

/// How the sums of the channels of a vector are taken to the output.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Scale {
    pub(super) bias: [i32; 16],
    /// `2 m − 2³²` of all channels, for the even ones, and of the odd ones, each where its neighbour is.
    pub(super) numerator: [[i32; 16]; 2],
    /// `2ⁿ⁻¹`
    pub(super) half: [i32; 16],
    /// `n`
    pub(super) right: [i32; 16],
    /// Whether a channel has no `n`, which few layers have.
    pub(super) is_large: bool,
    /// Of those: bits to the left, before the product.
    pub(super) left: [i32; 16],
    /// Of the others: all bits.
    pub(super) rounds: [i32; 16],
}

impl Scale {
    /// Whether a factor is one that a vector can take; [`Factor::of`] gives no other.
    pub(super) fn takes(numerator: i32) -> bool {
        numerator == 0 || numerator >= 1 << 30
    }

    /// For the channels of whose bias and factor `channel` tells.
    #[inline(always)]
    pub(super) fn of<V: Lanes>(channel: impl Fn(usize) -> (i32, Factor)) -> Scale {
        let none = [0; 16];
        let mut scale = Scale {
            bias: none,
            numerator: [none; 2],
            half: none,
            right: none,
            is_large: false,
            left: none,
            rounds: none,
        };
        for lane in 0..V::LANES {
            let (bias, Factor { numerator, shift }) = channel(lane);
            // nothing is left of a number that is halved so often
            let (numerator, shift) = if numerator == 0 { (1 << 30, -31) } else { (numerator, shift) };
            let (left, n) = ((shift.max(0) & 31) as i32, (-(shift as i32)).max(0) & 31);
            scale.bias[lane] = bias;
            scale.numerator[0][lane] = numerator << 1;
            scale.numerator[1][lane & !1] = numerator << 1;
            scale.half[lane] = if n > 0 { 1 << (n - 1) } else { 0 };
            scale.right[lane] = n;
            scale.is_large |= n == 0;
            scale.left[lane] = left;
            scale.rounds[lane] = -((n > 0) as i32);
        }
        scale
    }
}

/// What an output may be.
#[derive(Clone, Copy)]
pub(super) struct Bounds<V> {
    /// Numbers of 16 bits.
    pub(super) zero: V,
    pub(super) min: V,
    pub(super) max: V,
}

impl<V: Lanes> Bounds<V> {
    /// # Safety
    /// The instructions of `V` are needed.
    #[inline(always)]
    pub(super) unsafe fn of(output: Output) -> Self {
        let zero = output.zero as u16 as i32;
        // SAFETY: the caller's word.
        unsafe {
            Bounds {
                zero: V::splat(zero << 16 | zero),
                min: V::splat_bytes(output.min),
                max: V::splat_bytes(output.max),
            }
        }
    }
}
