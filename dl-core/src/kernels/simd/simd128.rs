//! Four numbers: WebAssembly's fixed-width SIMD.

use core::arch::wasm32::*;

use super::{Simd, Single};

/// `simd128`, which has no fused product.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::kernels) struct Simd128(v128);

impl Simd for Simd128 {
    const LANES: usize = 4;
    const FUSED: bool = false;
    const MASKED: bool = false;
    const TILE: (usize, usize) = (2, 4);
    type Rest = Single<false>;
    type Half = Self;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Simd128(f32x4_splat(x))
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's, here and below.
        Simd128(unsafe { v128_load(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { v128_store(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        Simd128(f32x4_add(f32x4_mul(self.0, b.0), c.0))
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Simd128(f32x4_add(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Simd128(f32x4_sub(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Simd128(f32x4_mul(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        Simd128(f32x4_div(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn clamp(self, limit: f32) -> Self {
        Simd128(f32x4_min(f32x4_max(self.0, f32x4_splat(-limit)), f32x4_splat(limit)))
    }
    #[inline(always)]
    unsafe fn at_most(self, limit: f32) -> Self {
        Simd128(f32x4_min(self.0, f32x4_splat(limit)))
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // NaN is not below zero
        let zero = f32x4_splat(0.0);
        Simd128(v128_bitselect(zero, self.0, f32x4_lt(self.0, zero)))
    }
    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        [sum(a.0), sum(b.0), sum(c.0), sum(d.0)]
    }
}

/// The sum of all lanes.
#[inline(always)]
fn sum(v: v128) -> f32 {
    (f32x4_extract_lane::<0>(v) + f32x4_extract_lane::<2>(v))
        + (f32x4_extract_lane::<1>(v) + f32x4_extract_lane::<3>(v))
}
