//! From sums to outputs, a vector at once.
//!
//! [`rescale`](super::super::rescale) rounds twice: `v = ⌊(p + 2³⁰) / 2³¹⌋` of the product `p` with the numerator, and then `v 2⁻ⁿ`,
//! halves away from zero: `⌊(v + 2ⁿ⁻¹ − [v < 0]) / 2ⁿ⌋` for `n > 0`. Floors nest, so both are one shift of 64 bits:
//!
//! `⌊(p + 2³⁰ + 2³⁰⁺ⁿ − 2³¹ [v < 0]) / 2³¹⁺ⁿ⌋`
//!
//! `[x < 0]` does as well as `[v < 0]`, for where they differ `v` is 0, and so is what comes out. Nothing overflows as long as the
//! numerator is not negative.

use super::super::Output;
use super::lanes::Lanes;

/// How the sums of the channels of a vector are taken to the output. Numbers of 64 bits are for the even channels, and for the odd.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Scale {
    pub(super) bias: [i32; 16],
    /// Bits to the left, before the product.
    pub(super) left: [i32; 16],
    pub(super) numerator: [[i64; 8]; 2],
    pub(super) add: [[i64; 8]; 2],
    /// The bit of a sum's sign, where halves go away from zero.
    pub(super) sign: [[i64; 8]; 2],
    pub(super) right: [[i64; 8]; 2],
    /// What [`Lanes::LIFT`] has added to the result.
    pub(super) lifted: [i32; 16],
}

impl Scale {
    /// For the channels that `bias`, `numerator` and `shift` tell of.
    #[inline(always)]
    pub(super) fn of<V: Lanes>(channel: impl Fn(usize) -> (i32, i32, i8)) -> Scale {
        let mut scale = Scale {
            bias: [0; 16],
            left: [0; 16],
            numerator: [[0; 8]; 2],
            add: [[0; 8]; 2],
            sign: [[0; 8]; 2],
            right: [[0; 8]; 2],
            lifted: [0; 16],
        };
        for lane in 0..V::LANES {
            let (bias, numerator, shift) = channel(lane);
            let (half, odd) = (lane / 2, lane % 2);
            let (left, n) = ((shift.max(0) & 31) as i32, ((-(shift as i32)).max(0) & 31) as i64);
            let rounds = (n > 0) as i64;
            scale.bias[lane] = bias;
            scale.left[lane] = left;
            scale.numerator[odd][half] = numerator as i64;
            scale.add[odd][half] = ((1 << 30) + (rounds << (30 + n))).wrapping_add(V::LIFT);
            scale.sign[odd][half] = rounds << 31;
            scale.right[odd][half] = 31 + n;
            scale.lifted[lane] = if V::LIFT == 0 { 0 } else { (1_i64 << (32 - n)) as i32 };
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
