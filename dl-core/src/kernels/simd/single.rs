//! One number at a time: for every target, and for what is left of a vector.

use super::Simd;

/// One `f32`; `FUSED` multiplies and adds in one rounding, for processors that have it.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::kernels) struct Single<const FUSED: bool>(f32);

impl<const FUSED: bool> Simd for Single<FUSED> {
    const LANES: usize = 1;
    const FUSED: bool = FUSED;
    const MASKED: bool = false;
    const TILE: (usize, usize) = (4, 4);
    type Rest = Self;
    type Half = Self;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Single(x)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Single(unsafe { *from })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { *to = self.0 }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        if FUSED {
            // SAFETY: the caller's: a fused type is used only where the processor has the instruction.
            unsafe { fused(self, b, c) }
        } else {
            Single(self.0 * b.0 + c.0)
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Single(self.0 + other.0)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Single(self.0 - other.0)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Single(self.0 * other.0)
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        Single(self.0 / other.0)
    }
    #[inline(always)]
    unsafe fn clamp(self, limit: f32) -> Self {
        Single(self.0.clamp(-limit, limit))
    }
    #[inline(always)]
    unsafe fn at_most(self, limit: f32) -> Self {
        Single(if self.0 > limit { limit } else { self.0 })
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        Single(if self.0 < 0.0 { 0.0 } else { self.0 })
    }
    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        [a.0, b.0, c.0, d.0]
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn fused<const F: bool>(a: Single<F>, b: Single<F>, c: Single<F>) -> Single<F> {
    use core::arch::x86_64::*;
    // SAFETY: the caller's.
    unsafe { Single(_mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(a.0), _mm_set_ss(b.0), _mm_set_ss(c.0)))) }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
unsafe fn fused<const F: bool>(a: Single<F>, b: Single<F>, c: Single<F>) -> Single<F> {
    use core::arch::aarch64::*;
    // SAFETY: the caller's.
    unsafe { Single(vget_lane_f32::<0>(vfma_f32(vdup_n_f32(c.0), vdup_n_f32(a.0), vdup_n_f32(b.0)))) }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
unsafe fn fused<const F: bool>(a: Single<F>, b: Single<F>, c: Single<F>) -> Single<F> {
    Single(libm::fmaf(a.0, b.0, c.0))
}
