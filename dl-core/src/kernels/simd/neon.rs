//! Four numbers: NEON, as every 64-bit ARM processor has it.

use core::arch::aarch64::*;

use super::{Simd, Single};

/// NEON, with products fused into sums or not.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::kernels) struct Neon<const FUSED: bool>(float32x4_t);

impl<const FUSED: bool> Simd for Neon<FUSED> {
    const LANES: usize = 4;
    const FUSED: bool = FUSED;
    const MASKED: bool = false;
    const TILE: (usize, usize) = (4, 4);
    type Rest = Single<FUSED>;
    type Half = Self;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { Neon(vdupq_n_f32(x)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { Neon(vld1q_f32(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { vst1q_f32(to, self.0) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        unsafe {
            Neon(if FUSED { vfmaq_f32(c.0, self.0, b.0) } else { vaddq_f32(vmulq_f32(self.0, b.0), c.0) })
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { Neon(vaddq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { Neon(vsubq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { Neon(vmulq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe { Neon(vdivq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn clamp(self, limit: f32) -> Self {
        unsafe { Neon(vminq_f32(vmaxq_f32(self.0, vdupq_n_f32(-limit)), vdupq_n_f32(limit))) }
    }
    #[inline(always)]
    unsafe fn at_most(self, limit: f32) -> Self {
        unsafe { Neon(vminq_f32(self.0, vdupq_n_f32(limit))) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // NaN is not below zero
        unsafe { Neon(vbslq_f32(vcltq_f32(self.0, vdupq_n_f32(0.0)), vdupq_n_f32(0.0), self.0)) }
    }
    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        let mut out = [0.0; 4];
        unsafe { vst1q_f32(out.as_mut_ptr(), vpaddq_f32(vpaddq_f32(a.0, b.0), vpaddq_f32(c.0, d.0))) }
        out
    }
}
