//! Eight numbers: AVX2 with FMA.

use core::arch::x86_64::*;

use super::sse::{sums, transpose4};
use super::{Simd, Sse, WIDEST, Wide};

/// AVX2 with FMA.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::kernels) struct F32x8(__m256);

impl Simd for F32x8 {
    const LANES: usize = 8;
    const FUSED: bool = true;
    const MASKED: bool = false; // maskload and maskstore are slow on some processors, and short columns suffer
    const TILE: (usize, usize) = (2, 6);
    type Rest = Sse<true>;
    type Half = Sse<true>;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { F32x8(_mm256_set1_ps(x)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { F32x8(_mm256_loadu_ps(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm256_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    unsafe fn load_last(from: *const f32, n: usize) -> Self {
        unsafe {
            let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            let last = _mm256_cmpgt_epi32(lanes, _mm256_set1_epi32(7 - n as i32));
            F32x8(_mm256_maskload_ps(from, last))
        }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        unsafe { F32x8(_mm256_fmadd_ps(self.0, b.0, c.0)) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { F32x8(_mm256_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { F32x8(_mm256_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { F32x8(_mm256_mul_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe { F32x8(_mm256_div_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn clamp(self, limit: f32) -> Self {
        // the second operand is what comes out for NaN
        unsafe {
            let above = _mm256_max_ps(_mm256_set1_ps(-limit), self.0);
            F32x8(_mm256_min_ps(_mm256_set1_ps(limit), above))
        }
    }
    #[inline(always)]
    unsafe fn at_most(self, limit: f32) -> Self {
        unsafe { F32x8(_mm256_min_ps(_mm256_set1_ps(limit), self.0)) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // the second operand is what comes out for NaN
        unsafe { F32x8(_mm256_max_ps(_mm256_setzero_ps(), self.0)) }
    }
    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        unsafe { sums([halves(a.0), halves(b.0), halves(c.0), halves(d.0)]) }
    }
    #[inline(always)]
    unsafe fn transpose4(from: *const f32, stride: usize, to: *mut f32, to_stride: usize) {
        unsafe { transpose4(from, stride, to, to_stride) }
    }
}

impl Wide for F32x8 {
    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: u16) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { F32x8(_mm256_maskload_ps(from, lanes(mask))) }
    }
    #[inline(always)]
    unsafe fn masked(self, mask: u16) -> Self {
        unsafe { F32x8(_mm256_and_ps(self.0, _mm256_castsi256_ps(lanes(mask)))) }
    }
    #[inline(always)]
    unsafe fn store_masked(self, to: *mut f32, mask: u16) {
        unsafe { _mm256_maskstore_ps(to, lanes(mask), self.0) }
    }
    #[inline(always)]
    unsafe fn store_low_masked(self, to: *mut f32, mask: u16) {
        unsafe { self.store_masked(to, mask) }
    }
    #[inline(always)]
    unsafe fn pick([a, b]: [Self; 2], places: &[i32; WIDEST]) -> Self {
        unsafe {
            let places = _mm256_loadu_si256(places.as_ptr().cast());
            let (a, b) = (_mm256_permutevar8x32_ps(a.0, places), _mm256_permutevar8x32_ps(b.0, places));
            // the sign is where the eights are
            F32x8(_mm256_blendv_ps(a, b, _mm256_castsi256_ps(_mm256_slli_epi32::<28>(places))))
        }
    }
    #[inline(always)]
    unsafe fn add_masked(self, other: Self, mask: u16) -> Self {
        unsafe { self.add(other.masked(mask)) }
    }
    #[inline(always)]
    unsafe fn mul_add_masked(self, b: Self, c: Self, mask: u16) -> Self {
        unsafe { F32x8(_mm256_blendv_ps(c.0, self.mul_add(b, c).0, _mm256_castsi256_ps(lanes(mask)))) }
    }
    #[inline(always)]
    unsafe fn load_halves([low, high]: [*const f32; 2]) -> Self {
        unsafe { join(_mm_loadu_ps(low), _mm_loadu_ps(high)) }
    }
    #[inline(always)]
    unsafe fn store_halves(self, [low, high]: [*mut f32; 2]) {
        unsafe {
            _mm_storeu_ps(low, _mm256_castps256_ps128(self.0));
            _mm_storeu_ps(high, _mm256_extractf128_ps::<1>(self.0));
        }
    }
    #[inline(always)]
    unsafe fn load_last_of_halves([low, high]: [*const f32; 2], [n, m]: [usize; 2]) -> Self {
        unsafe { join(_mm_maskload_ps(low, last_of_half(n)), _mm_maskload_ps(high, last_of_half(m))) }
    }
    #[inline(always)]
    unsafe fn store_last_of_halves(self, [low, high]: [*mut f32; 2], [n, m]: [usize; 2]) {
        unsafe {
            _mm_maskstore_ps(low, last_of_half(n), _mm256_castps256_ps128(self.0));
            _mm_maskstore_ps(high, last_of_half(m), _mm256_extractf128_ps::<1>(self.0));
        }
    }
}

/// All bits of the lanes whose bit is set.
#[inline(always)]
unsafe fn lanes(mask: u16) -> __m256i {
    unsafe {
        let bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
        _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(i32::from(mask)), bits), bits)
    }
}

/// A mask of the last `n` lanes of half a vector, `n <= 4`.
#[inline(always)]
unsafe fn last_of_half(n: usize) -> __m128i {
    unsafe { _mm_cmpgt_epi32(_mm_setr_epi32(0, 1, 2, 3), _mm_set1_epi32(3 - n as i32)) }
}

#[inline(always)]
unsafe fn join(low: __m128, high: __m128) -> F32x8 {
    unsafe { F32x8(_mm256_insertf128_ps::<1>(_mm256_castps128_ps256(low), high)) }
}

/// The sum of both halves.
#[inline(always)]
pub(super) unsafe fn halves(v: __m256) -> __m128 {
    unsafe { _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v)) }
}
