//! Sixteen numbers: AVX-512, with masks for what does not fill a vector.

use core::arch::x86_64::*;

use super::avx2::{F32x8, halves};
use super::sse::{sums, transpose4};
use super::{Simd, WIDEST, Wide};

/// AVX-512 (F, VL, DQ, BW).
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in crate::kernels) struct F32x16(__m512);

/// A mask of the last `n` lanes, `n < 16`.
#[inline(always)]
fn last(n: usize) -> __mmask16 {
    !(0xffff_u32 >> n) as __mmask16
}

/// A mask of the first `n` lanes, `n <= 16`.
#[inline(always)]
pub(in crate::kernels) fn first(n: usize) -> __mmask16 {
    ((1u32 << n) - 1) as __mmask16
}

/// Multiples of the stride.
#[inline(always)]
unsafe fn every(stride: usize) -> __m512i {
    unsafe {
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        _mm512_mullo_epi32(lanes, _mm512_set1_epi32(stride as i32))
    }
}

impl Simd for F32x16 {
    const LANES: usize = 16;
    const FUSED: bool = true;
    const MASKED: bool = true;
    const TILE: (usize, usize) = (2, 8);
    type Rest = Self;
    type Half = F32x8;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { F32x16(_mm512_set1_ps(x)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        unsafe { F32x16(_mm512_loadu_ps(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, n: usize) -> Self {
        unsafe { F32x16(_mm512_maskz_loadu_ps(first(n), from)) }
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, n: usize) {
        unsafe { _mm512_mask_storeu_ps(to, first(n), self.0) }
    }
    #[inline(always)]
    unsafe fn load_last(from: *const f32, n: usize) -> Self {
        unsafe { F32x16(_mm512_maskz_loadu_ps(last(n), from)) }
    }
    #[inline(always)]
    unsafe fn store_last(self, to: *mut f32, n: usize) {
        unsafe { _mm512_mask_storeu_ps(to, last(n), self.0) }
    }
    #[inline(always)]
    unsafe fn load_every(from: *const f32, stride: usize, n: usize) -> Self {
        unsafe {
            if stride <= 3 {
                // what lies between is loaded as well, but nothing beyond the last one
                let n = (n - 1) * stride + 1;
                let part = |at: usize| {
                    _mm512_maskz_loadu_ps(first(n.saturating_sub(at).min(16)), from.wrapping_add(at))
                };
                let places = every(stride);
                let low = _mm512_permutex2var_ps(part(0), places, part(16));
                if stride == 2 {
                    return F32x16(low);
                }
                // of three vectors, what the first two have stays in its lane
                let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29);
                return F32x16(_mm512_permutex2var_ps(low, lanes, part(32)));
            }
            let zero = _mm512_setzero_ps();
            F32x16(_mm512_mask_i32gather_ps::<4>(zero, first(n), every(stride), from))
        }
    }
    #[inline(always)]
    unsafe fn store_every(self, to: *mut f32, stride: usize, n: usize) {
        unsafe {
            if stride == 2 {
                let double = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
                for (at, from) in [(0, 0), (16, 8)] {
                    let places = _mm512_add_epi32(double, _mm512_set1_epi32(from));
                    let even = first((2 * n - 1).saturating_sub(at).min(16)) & 0x5555;
                    _mm512_mask_storeu_ps(to.wrapping_add(at), even, _mm512_permutexvar_ps(places, self.0));
                }
                return;
            }
            if stride == 3 {
                let lanes = _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5);
                let shifted = _mm512_setr_epi32(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10);
                let last = _mm512_setr_epi32(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);
                for (at, places, third) in [(0, lanes, 0x9249), (16, shifted, 0x4924), (32, last, 0x2492)] {
                    let third = first((3 * n - 2).saturating_sub(at).min(16)) & third;
                    _mm512_mask_storeu_ps(to.wrapping_add(at), third, _mm512_permutexvar_ps(places, self.0));
                }
                return;
            }
            _mm512_mask_i32scatter_ps::<4>(to, first(n), every(stride), self.0)
        }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        unsafe { F32x16(_mm512_fmadd_ps(self.0, b.0, c.0)) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { F32x16(_mm512_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { F32x16(_mm512_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { F32x16(_mm512_mul_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe { F32x16(_mm512_div_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn clamp(self, limit: f32) -> Self {
        // the second operand is what comes out for NaN
        unsafe {
            let above = _mm512_max_ps(_mm512_set1_ps(-limit), self.0);
            F32x16(_mm512_min_ps(_mm512_set1_ps(limit), above))
        }
    }
    #[inline(always)]
    unsafe fn at_most(self, limit: f32) -> Self {
        unsafe { F32x16(_mm512_min_ps(_mm512_set1_ps(limit), self.0)) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // the second operand is what comes out for NaN
        unsafe { F32x16(_mm512_max_ps(_mm512_setzero_ps(), self.0)) }
    }
    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        unsafe { sums([quarters(a.0), quarters(b.0), quarters(c.0), quarters(d.0)]) }
    }
    /// By halves: 30 shuffles, where four times [`sums`](Simd::sums) takes 64.
    #[inline(always)]
    unsafe fn store_sums(v: [Self; 16], to: *mut f32) {
        unsafe {
            let mut fours = [_mm512_setzero_ps(); 4]; // of each quarter, the sums of four vectors
            for (i, four) in fours.iter_mut().enumerate() {
                let (a, b) = (v[4 * i].0, v[4 * i + 1].0);
                let (c, d) = (v[4 * i + 2].0, v[4 * i + 3].0);
                let ab = _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)));
                let cd = _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d)));
                let (low, high) = (_mm512_unpacklo_pd(ab, cd), _mm512_unpackhi_pd(ab, cd));
                *four = _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high));
            }
            let [a, b, c, d] = fours;
            const EVEN: i32 = 0b10_00_10_00;
            const ODD: i32 = 0b11_01_11_01;
            let ab = _mm512_add_ps(_mm512_shuffle_f32x4::<EVEN>(a, b), _mm512_shuffle_f32x4::<ODD>(a, b));
            let cd = _mm512_add_ps(_mm512_shuffle_f32x4::<EVEN>(c, d), _mm512_shuffle_f32x4::<ODD>(c, d));
            let sums =
                _mm512_add_ps(_mm512_shuffle_f32x4::<EVEN>(ab, cd), _mm512_shuffle_f32x4::<ODD>(ab, cd));
            _mm512_storeu_ps(to, sums);
        }
    }
    #[inline(always)]
    unsafe fn transpose4(from: *const f32, stride: usize, to: *mut f32, to_stride: usize) {
        unsafe { transpose4(from, stride, to, to_stride) }
    }
    #[inline(always)]
    unsafe fn transpose16(from: *const f32, stride: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: as the trait asks.
        unsafe {
            // the columns `j`, `j + 4`, `j + 8` and `j + 12`, so that a vector of rows has them in order
            let four = |j: usize| {
                let load = |column: usize| _mm_loadu_ps(from.add(column * stride));
                let v = _mm512_castps128_ps512(load(j));
                let v = _mm512_insertf32x4::<1>(v, load(j + 4));
                let v = _mm512_insertf32x4::<2>(v, load(j + 8));
                _mm512_castps_pd(_mm512_insertf32x4::<3>(v, load(j + 12)))
            };
            let unpack = |a: __m512d, b: __m512d| {
                let (a, b) = (_mm512_castpd_ps(a), _mm512_castpd_ps(b));
                [_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)].map(|v| _mm512_castps_pd(v))
            };
            let ([a, c], [b, d]) = (unpack(four(0), four(1)), unpack(four(2), four(3)));
            let rows = [
                _mm512_unpacklo_pd(a, b),
                _mm512_unpackhi_pd(a, b),
                _mm512_unpacklo_pd(c, d),
                _mm512_unpackhi_pd(c, d),
            ];
            for (row, numbers) in rows.into_iter().enumerate() {
                _mm512_storeu_ps(to.add(row * to_stride), _mm512_castpd_ps(numbers));
            }
        }
    }
}

impl Wide for F32x16 {
    #[inline(always)]
    unsafe fn load_masked(from: *const f32, mask: u16) -> Self {
        // SAFETY: the caller's.
        unsafe { F32x16(_mm512_maskz_loadu_ps(mask, from)) }
    }
    #[inline(always)]
    unsafe fn masked(self, mask: u16) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { F32x16(_mm512_maskz_mov_ps(mask, self.0)) }
    }
    #[inline(always)]
    unsafe fn store_masked(self, to: *mut f32, mask: u16) {
        unsafe { _mm512_mask_storeu_ps(to, mask, self.0) }
    }
    #[inline(always)]
    unsafe fn store_low_masked(self, to: *mut f32, mask: u16) {
        unsafe { _mm256_mask_storeu_ps(to, mask as __mmask8, _mm512_castps512_ps256(self.0)) }
    }
    #[inline(always)]
    unsafe fn pick([a, b]: [Self; 2], places: &[i32; WIDEST]) -> Self {
        unsafe { F32x16(_mm512_permutex2var_ps(a.0, _mm512_loadu_si512(places.as_ptr().cast()), b.0)) }
    }
    #[inline(always)]
    unsafe fn add_masked(self, other: Self, mask: u16) -> Self {
        unsafe { F32x16(_mm512_mask_add_ps(self.0, mask, self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul_add_masked(self, b: Self, c: Self, mask: u16) -> Self {
        unsafe { F32x16(_mm512_mask3_fmadd_ps(self.0, b.0, c.0, mask)) }
    }
    #[inline(always)]
    unsafe fn load_halves([low, high]: [*const f32; 2]) -> Self {
        unsafe { join(_mm256_loadu_ps(low), _mm256_loadu_ps(high)) }
    }
    #[inline(always)]
    unsafe fn store_halves(self, [low, high]: [*mut f32; 2]) {
        unsafe {
            _mm256_storeu_ps(low, _mm512_castps512_ps256(self.0));
            _mm256_storeu_ps(high, _mm512_extractf32x8_ps::<1>(self.0));
        }
    }
    #[inline(always)]
    unsafe fn load_last_of_halves([low, high]: [*const f32; 2], [n, m]: [usize; 2]) -> Self {
        unsafe {
            join(_mm256_maskz_loadu_ps(last_of_half(n), low), _mm256_maskz_loadu_ps(last_of_half(m), high))
        }
    }
    #[inline(always)]
    unsafe fn store_last_of_halves(self, [low, high]: [*mut f32; 2], [n, m]: [usize; 2]) {
        unsafe {
            _mm256_mask_storeu_ps(low, last_of_half(n), _mm512_castps512_ps256(self.0));
            _mm256_mask_storeu_ps(high, last_of_half(m), _mm512_extractf32x8_ps::<1>(self.0));
        }
    }
}

/// A mask of the last `n` lanes of half a vector, `n <= 8`.
#[inline(always)]
fn last_of_half(n: usize) -> __mmask8 {
    !(0xff_u32 >> n) as __mmask8
}

#[inline(always)]
unsafe fn join(low: __m256, high: __m256) -> F32x16 {
    unsafe { F32x16(_mm512_insertf32x8::<1>(_mm512_castps256_ps512(low), high)) }
}

/// The sum of all four quarters.
#[inline(always)]
unsafe fn quarters(v: __m512) -> __m128 {
    unsafe {
        let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(v)));
        halves(_mm256_add_ps(_mm512_castps512_ps256(v), high))
    }
}
