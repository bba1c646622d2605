//! The largest of every two by two numbers, sixteen windows at a time: as [`squares`](super::squares), bit for bit.

use core::arch::x86_64::*;

use super::Window;
use super::squares::starts;
use crate::kernels::simd::first;

/// Of `n` pairs, at most 16, the first numbers and the second ones.
///
/// # Safety
/// As everywhere in this module: the processor has AVX-512 (F, VL, BW), and the pointer is good for so many numbers.
#[inline(always)]
unsafe fn load_pairs(from: *const f32, n: usize) -> [__m512; 2] {
    // SAFETY: the caller's, here and below.
    unsafe {
        let low = _mm512_maskz_loadu_ps(first((2 * n).min(16)), from);
        let high = _mm512_maskz_loadu_ps(first((2 * n).saturating_sub(16).min(16)), from.wrapping_add(16));
        let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        let odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
        [_mm512_permutex2var_ps(low, even, high), _mm512_permutex2var_ps(low, odd, high)]
    }
}

/// Stores `n` pairs.
#[inline(always)]
unsafe fn store_pairs([a, b]: [__m512; 2], to: *mut f32, n: usize) {
    unsafe {
        let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
        _mm512_mask_storeu_ps(to, first((2 * n).min(16)), _mm512_permutex2var_ps(a, low, b));
        let left = first((2 * n).saturating_sub(16).min(16));
        _mm512_mask_storeu_ps(to.wrapping_add(16), left, _mm512_permutex2var_ps(a, high, b));
    }
}

/// The larger numbers and which they are: the first of equal ones, the last NaN.
#[inline(always)]
unsafe fn larger((a, i): (__m512, __m512i), (b, j): (__m512, __m512i)) -> (__m512, __m512i) {
    unsafe {
        let second = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(b, a) | _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(b, b);
        (_mm512_mask_blend_ps(second, a, b), _mm512_mask_blend_epi32(second, i, j))
    }
}

/// `y = max x`, and which of the four it is. Panics where a slice is too short.
#[target_feature(enable = "avx512f,avx512vl,avx512bw")]
pub(super) fn max(window: &Window, x: &[f32], y: &mut [f32], mut at: Option<&mut [u16]>) {
    let ([_, height, width], [_, rows, columns]) = (window.input, window.output);
    let planes = y.len() / (rows * columns);
    assert!(x.len() >= planes * height * width && at.as_ref().is_none_or(|at| at.len() == y.len()));
    let place = [0, 1, 2, 3].map(|place| _mm512_set1_epi32(place));
    for (row, from) in starts(window).take(planes * rows).enumerate() {
        for column in (0..columns).step_by(16) {
            let (n, to) = (16.min(columns - column), row * columns + column);
            // SAFETY: twice the rows and columns of the output are inside of the input; the instructions are there.
            unsafe {
                let from = x.as_ptr().add(from + 2 * column);
                let ([a, b], [c, d]) = (load_pairs(from, n), load_pairs(from.add(width), n));
                let top = larger((a, place[0]), (b, place[1]));
                let bottom = larger((c, place[2]), (d, place[3]));
                let (largest, which) = larger(top, bottom);
                _mm512_mask_storeu_ps(y.as_mut_ptr().add(to), first(n), largest);
                if let Some(at) = &mut at {
                    let which = _mm512_cvtepi32_epi16(which);
                    _mm256_mask_storeu_epi16(at.as_mut_ptr().add(to).cast(), first(n), which);
                }
            }
        }
    }
}

/// `dx` of what was the largest. Panics where a slice is too short.
#[target_feature(enable = "avx512f,avx512vl,avx512bw")]
pub(super) fn max_back(window: &Window, dy: &[f32], at: &[u16], dx: &mut [f32]) {
    let ([_, height, width], [_, rows, columns]) = (window.input, window.output);
    let planes = dy.len() / (rows * columns);
    assert!(dx.len() >= planes * height * width && at.len() == dy.len());
    if width > 2 * columns || height > 2 * rows {
        dx.fill(0.0); // what is in no window
    }
    for (row, to) in starts(window).take(planes * rows).enumerate() {
        for column in (0..columns).step_by(16) {
            let (n, from) = (16.min(columns - column), row * columns + column);
            // SAFETY: as above.
            unsafe {
                let dy = _mm512_maskz_loadu_ps(first(n), dy.as_ptr().add(from));
                let at = _mm256_maskz_loadu_epi16(first(n), at.as_ptr().add(from).cast());
                let at = _mm512_cvtepu16_epi32(at);
                let of =
                    |place| _mm512_maskz_mov_ps(_mm512_cmpeq_epi32_mask(at, _mm512_set1_epi32(place)), dy);
                let to = dx.as_mut_ptr().add(to + 2 * column);
                store_pairs([of(0), of(1)], to, n);
                store_pairs([of(2), of(3)], to.add(width), n);
            }
        }
    }
}
