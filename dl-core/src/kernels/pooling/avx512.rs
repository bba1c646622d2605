//! The largest of every two by two numbers, sixteen windows at a time: as [`squares`](super::squares), bit for bit.
//!
//! Where windows fill a plane in rows of a multiple of four, sixteen are taken across the ends of rows and planes: four
//! times four, each four from two vectors of eight numbers. Otherwise row by row.

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
        of_pairs(low, high)
    }
}

/// The first numbers of pairs and the second ones.
#[inline(always)]
unsafe fn of_pairs(low: __m512, high: __m512) -> [__m512; 2] {
    unsafe {
        let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        let odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
        [_mm512_permutex2var_ps(low, even, high), _mm512_permutex2var_ps(low, odd, high)]
    }
}

/// The vectors whose pairs these are.
#[inline(always)]
unsafe fn to_pairs([a, b]: [__m512; 2]) -> [__m512; 2] {
    unsafe {
        let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
        [_mm512_permutex2var_ps(a, low, b), _mm512_permutex2var_ps(a, high, b)]
    }
}

/// Stores `n` pairs.
#[inline(always)]
unsafe fn store_pairs(pairs: [__m512; 2], to: *mut f32, n: usize) {
    unsafe {
        let [low, high] = to_pairs(pairs);
        _mm512_mask_storeu_ps(to, first((2 * n).min(16)), low);
        _mm512_mask_storeu_ps(to.wrapping_add(16), first((2 * n).saturating_sub(16).min(16)), high);
    }
}

/// Two times eight numbers.
#[inline(always)]
unsafe fn load_eights(from: *const f32, [a, b]: [usize; 2]) -> __m512 {
    unsafe {
        let (a, b) = (_mm256_loadu_ps(from.add(a)), _mm256_loadu_ps(from.add(b)));
        _mm512_castpd_ps(_mm512_insertf64x4::<1>(
            _mm512_castps_pd(_mm512_castps256_ps512(a)),
            _mm256_castps_pd(b),
        ))
    }
}

/// Stores them.
#[inline(always)]
unsafe fn store_eights(v: __m512, to: *mut f32, [a, b]: [usize; 2]) {
    unsafe {
        _mm256_storeu_ps(to.add(a), _mm512_castps512_ps256(v));
        let high = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(v));
        _mm256_storeu_ps(to.add(b), _mm256_castpd_ps(high));
    }
}

/// Where every four windows begin, in planes that windows fill in rows of a multiple of four.
struct Fours {
    row: usize,
    column: usize,
    width: usize,
}

impl Fours {
    /// Whether windows lie like that.
    fn suit(window: &Window) -> bool {
        let ([_, height, width], [_, rows, columns]) = (window.input, window.output);
        columns.is_multiple_of(4) && [height, width] == [2 * rows, 2 * columns]
    }

    fn new(window: &Window) -> Self {
        Fours { row: 0, column: 0, width: window.input[2] }
    }

    /// The next four times four.
    #[inline(always)]
    fn next(&mut self) -> [usize; 4] {
        let mut places = [0; 4];
        for place in &mut places {
            *place = self.row + self.column;
            self.column += 8;
            if self.column == self.width {
                (self.row, self.column) = (self.row + 2 * self.width, 0);
            }
        }
        places
    }
}

/// Where `b` is larger than `a`, or NaN.
#[inline(always)]
unsafe fn is_larger(b: __m512, a: __m512) -> __mmask16 {
    unsafe { _mm512_cmp_ps_mask::<_CMP_GT_OQ>(b, a) | _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(b, b) }
}

/// The largest of four numbers and which it is: the first of equal ones, the last NaN.
#[inline(always)]
unsafe fn largest([a, b]: [__m512; 2], [c, d]: [__m512; 2]) -> (__m512, __m256i) {
    unsafe {
        let (top_second, bottom_second) = (is_larger(b, a), is_larger(d, c));
        let (top, bottom) =
            (_mm512_mask_blend_ps(top_second, a, b), _mm512_mask_blend_ps(bottom_second, c, d));
        let below = is_larger(bottom, top);
        let second = (bottom_second & below) | (top_second & !below);
        let row = _mm256_maskz_set1_epi16(below, 2);
        let which = _mm256_or_si256(row, _mm256_maskz_set1_epi16(second, 1));
        (_mm512_mask_blend_ps(below, top, bottom), which)
    }
}

/// Of the four numbers of a window, `dy` where it was the largest, and zeros.
#[inline(always)]
unsafe fn only_largest(dy: __m512, at: __m256i) -> [[__m512; 2]; 2] {
    unsafe {
        let of = |place| _mm512_maskz_mov_ps(_mm256_cmpeq_epi16_mask(at, _mm256_set1_epi16(place)), dy);
        [[of(0), of(1)], [of(2), of(3)]]
    }
}

/// `y = max x`, and which of the four it is. Panics where a slice is too short.
#[target_feature(enable = "avx512f,avx512vl,avx512bw")]
pub(super) fn max(window: &Window, x: &[f32], y: &mut [f32], mut at: Option<&mut [u16]>) {
    let ([_, height, width], [_, rows, columns]) = (window.input, window.output);
    let planes = y.len() / (rows * columns);
    assert!(x.len() >= planes * height * width && at.as_ref().is_none_or(|at| at.len() == y.len()));
    let mut store = |to: usize, n: usize, pairs: [[__m512; 2]; 2]| {
        // SAFETY: the output has `n` numbers there; the instructions are there.
        unsafe {
            let (largest, which) = largest(pairs[0], pairs[1]);
            _mm512_mask_storeu_ps(y.as_mut_ptr().add(to), first(n), largest);
            if let Some(at) = &mut at {
                _mm256_mask_storeu_epi16(at.as_mut_ptr().add(to).cast(), first(n), which);
            }
        }
    };
    let outputs = planes * rows * columns;
    let mut done = 0;
    if Fours::suit(window) {
        let mut fours = Fours::new(window);
        while done + 16 <= outputs {
            let places = fours.next();
            // SAFETY: windows fill the planes, and these are whole windows.
            unsafe {
                let row = |from: *const f32| {
                    let [a, b, c, d] = places;
                    of_pairs(load_eights(from, [a, b]), load_eights(from, [c, d]))
                };
                store(done, 16, [row(x.as_ptr()), row(x.as_ptr().add(width))]);
            }
            done += 16;
        }
        if done == outputs {
            return;
        }
    }
    for (row, from) in starts(window).take(planes * rows).enumerate().skip(done / columns) {
        let begun = done.saturating_sub(row * columns);
        for column in (begun..columns).step_by(16) {
            let n = 16.min(columns - column);
            // SAFETY: twice the rows and columns of the output are inside of the input.
            unsafe {
                let from = x.as_ptr().add(from + 2 * column);
                store(row * columns + column, n, [load_pairs(from, n), load_pairs(from.add(width), n)]);
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
    let load = |from: usize, n: usize| {
        // SAFETY: there are `n` numbers; the instructions are there.
        unsafe {
            let dy = _mm512_maskz_loadu_ps(first(n), dy.as_ptr().add(from));
            only_largest(dy, _mm256_maskz_loadu_epi16(first(n), at.as_ptr().add(from).cast()))
        }
    };
    let outputs = planes * rows * columns;
    let mut done = 0;
    if Fours::suit(window) {
        let mut fours = Fours::new(window);
        while done + 16 <= outputs {
            let ([a, b, c, d], of) = (fours.next(), load(done, 16));
            for (i, pairs) in of.into_iter().enumerate() {
                // SAFETY: windows fill the planes, and these are whole windows.
                unsafe {
                    let (to, [low, high]) = (dx.as_mut_ptr().add(i * width), to_pairs(pairs));
                    store_eights(low, to, [a, b]);
                    store_eights(high, to, [c, d]);
                }
            }
            done += 16;
        }
        if done == outputs {
            return;
        }
    }
    for (row, to) in starts(window).take(planes * rows).enumerate().skip(done / columns) {
        let begun = done.saturating_sub(row * columns);
        for column in (begun..columns).step_by(16) {
            let n = 16.min(columns - column);
            let [top, bottom] = load(row * columns + column, n);
            // SAFETY: twice the rows and columns of the output are inside of the input.
            unsafe {
                let to = dx.as_mut_ptr().add(to + 2 * column);
                store_pairs(top, to, n);
                store_pairs(bottom, to.add(width), n);
            }
        }
    }
}
