//! Four numbers, as every x86-64 processor has them.

use core::arch::x86_64::*;

use super::{Simd, Single};

/// SSE2; with `FUSED`, and the FMA of a newer processor, what is left of an AVX2 vector.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::kernels) struct Sse<const FUSED: bool>(__m128);

impl<const FUSED: bool> Simd for Sse<FUSED> {
    const LANES: usize = 4;
    const FUSED: bool = FUSED;
    const MASKED: bool = false;
    const TILE: (usize, usize) = (2, 4);
    type Rest = Single<FUSED>;
    type Half = Self;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { Sse(_mm_set1_ps(x)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { Sse(_mm_loadu_ps(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        unsafe {
            Sse(if FUSED { _mm_fmadd_ps(self.0, b.0, c.0) } else { _mm_add_ps(_mm_mul_ps(self.0, b.0), c.0) })
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { Sse(_mm_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { Sse(_mm_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { Sse(_mm_mul_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe { Sse(_mm_div_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn clamp(self, limit: f32) -> Self {
        // the second operand is what comes out for NaN
        unsafe {
            let above = _mm_max_ps(_mm_set1_ps(-limit), self.0);
            Sse(_mm_min_ps(_mm_set1_ps(limit), above))
        }
    }
    #[inline(always)]
    unsafe fn at_most(self, limit: f32) -> Self {
        unsafe { Sse(_mm_min_ps(_mm_set1_ps(limit), self.0)) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // the second operand is what comes out for NaN
        unsafe { Sse(_mm_max_ps(_mm_setzero_ps(), self.0)) }
    }
    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        unsafe { sums([a.0, b.0, c.0, d.0]) }
    }
    #[inline(always)]
    unsafe fn transpose4(from: *const f32, stride: usize, to: *mut f32, to_stride: usize) {
        unsafe { transpose4(from, stride, to, to_stride) }
    }
}

/// The sums of four vectors.
#[inline(always)]
pub(super) unsafe fn sums([a, b, c, d]: [__m128; 4]) -> [f32; 4] {
    unsafe {
        let ab = _mm_add_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b)); // a0+a2 b0+b2 a1+a3 b1+b3
        let cd = _mm_add_ps(_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
        let mut out = [0.0; 4];
        _mm_storeu_ps(out.as_mut_ptr(), _mm_add_ps(_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab)));
        out
    }
}

/// See [`Simd::transpose4`].
#[inline(always)]
pub(super) unsafe fn transpose4(from: *const f32, stride: usize, to: *mut f32, to_stride: usize) {
    unsafe {
        let (a, b) = (_mm_loadu_ps(from), _mm_loadu_ps(from.add(stride)));
        let (c, d) = (_mm_loadu_ps(from.add(2 * stride)), _mm_loadu_ps(from.add(3 * stride)));
        let (ab, cd) = (_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d));
        _mm_storeu_ps(to, _mm_movelh_ps(ab, cd));
        _mm_storeu_ps(to.add(to_stride), _mm_movehl_ps(cd, ab));
        let (ab, cd) = (_mm_unpackhi_ps(a, b), _mm_unpackhi_ps(c, d));
        _mm_storeu_ps(to.add(2 * to_stride), _mm_movelh_ps(ab, cd));
        _mm_storeu_ps(to.add(3 * to_stride), _mm_movehl_ps(cd, ab));
    }
}
