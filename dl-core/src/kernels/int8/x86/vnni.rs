//! Sixteen integers: AVX-512 with VNNI.
//!
//! A word is four bytes. `VPDPBUSD` multiplies bytes without a sign by bytes with one, so an input is `x + 128` there, and the bias
//! makes up for it: `128 Σ w`.

use core::arch::x86_64::*;

use super::avx2::{numbers, sums};
use super::lanes::Lanes;
use super::scale::{Bounds, Scale};

/// AVX-512 (F, VL, DQ, BW, VNNI).
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct I32x16(__m512i);

/// A mask of the first `n` bytes, `n <= 64`.
#[inline(always)]
fn first(n: usize) -> __mmask64 {
    if n >= 64 { !0 } else { (1 << n) - 1 }
}

/// Adds 128 to each byte.
#[inline(always)]
unsafe fn unsigned(x: __m512i) -> __m512i {
    // SAFETY: the caller has the instructions.
    unsafe { _mm512_xor_si512(x, _mm512_set1_epi8(i8::MIN)) }
}

/// Numbers of 16 bits from two vectors, with the zero of the output.
#[inline(always)]
unsafe fn pair(a: I32x16, b: I32x16, bounds: &Bounds<I32x16>) -> __m512i {
    // SAFETY: the caller has the instructions.
    unsafe { _mm512_adds_epi16(_mm512_packs_epi32(a.0, b.0), bounds.zero.0) }
}

impl Lanes for I32x16 {
    const LANES: usize = 16;
    const PER: usize = 4;
    const BLOCKS: usize = 2;
    const EXCESS: i32 = i32::from_ne_bytes([128; 4]);

    #[inline(always)]
    fn word(numbers: [i8; 4]) -> i32 {
        i32::from_ne_bytes(numbers.map(|number| number as u8))
    }
    #[inline(always)]
    unsafe fn splat(x: i32) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { I32x16(_mm512_set1_epi32(x)) }
    }
    #[inline(always)]
    unsafe fn splat_bytes(x: i8) -> Self {
        unsafe { I32x16(_mm512_set1_epi8(x)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        unsafe { I32x16(_mm512_loadu_si512(from.cast())) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut i32) {
        unsafe { _mm512_storeu_si512(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn load_bytes(from: *const i8, count: usize) -> Self {
        unsafe { I32x16(_mm512_maskz_loadu_epi8(first(count), from)) }
    }
    #[inline(always)]
    unsafe fn store_bytes(self, to: *mut i8, count: usize) {
        unsafe { _mm512_mask_storeu_epi8(to, first(count), self.0) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { I32x16(_mm512_add_epi32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { I32x16(_mm512_sub_epi32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mac(self, x: Self, w: Self) -> Self {
        unsafe { I32x16(_mm512_dpbusd_epi32(self.0, x.0, w.0)) }
    }
    #[inline(always)]
    unsafe fn words(from: *const i8, to: *mut i32, n: usize) {
        unsafe {
            let to = to.cast::<i8>();
            for i in (0..n).step_by(64) {
                let count = (n - i).min(64);
                let bytes = unsigned(Self::load_bytes(from.add(i), count).0);
                I32x16(bytes).store_bytes(to.add(i), count);
            }
        }
    }
    #[inline(always)]
    unsafe fn transpose(rows: [*const i8; 16], to: *mut i32) {
        unsafe {
            // by pairs of rows, by fours, by eights, and by sixteens
            let mut two = [_mm512_setzero_si512(); 16];
            for i in [0, 2, 4, 6, 8, 10, 12, 14] {
                let (a, b) = (Self::load(rows[i].cast()).0, Self::load(rows[i + 1].cast()).0);
                (two[i], two[i + 1]) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
            }
            let mut four = [_mm512_setzero_si512(); 16];
            for i in [0, 4, 8, 12] {
                for half in [0, 1] {
                    let (a, b) = (two[i + half], two[i + 2 + half]);
                    four[i + 2 * half] = _mm512_unpacklo_epi64(a, b);
                    four[i + 2 * half + 1] = _mm512_unpackhi_epi64(a, b);
                }
            }
            for i in 0..4 {
                let [a, b, c, d] = [four[i], four[i + 4], four[i + 8], four[i + 12]];
                // 128 bits each: words i and i + 8, words i + 4 and i + 12
                let (ab, cd) =
                    (_mm512_shuffle_i32x4::<0b1000_1000>(a, b), _mm512_shuffle_i32x4::<0b1000_1000>(c, d));
                I32x16(_mm512_shuffle_i32x4::<0b1000_1000>(ab, cd)).store(to.add(16 * i));
                I32x16(_mm512_shuffle_i32x4::<0b1101_1101>(ab, cd)).store(to.add(16 * (i + 8)));
                let (ab, cd) =
                    (_mm512_shuffle_i32x4::<0b1101_1101>(a, b), _mm512_shuffle_i32x4::<0b1101_1101>(c, d));
                I32x16(_mm512_shuffle_i32x4::<0b1000_1000>(ab, cd)).store(to.add(16 * (i + 4)));
                I32x16(_mm512_shuffle_i32x4::<0b1101_1101>(ab, cd)).store(to.add(16 * (i + 12)));
            }
        }
    }
    #[inline(always)]
    unsafe fn interleave(taps: &[Self; 4]) -> [Self; 4] {
        unsafe {
            let [I32x16(a), I32x16(b), I32x16(c), I32x16(d)] = *taps;
            let (ab, cd) = (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d));
            let (ab_high, cd_high) = (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d));
            [
                I32x16(_mm512_unpacklo_epi16(ab, cd)),
                I32x16(_mm512_unpackhi_epi16(ab, cd)),
                I32x16(_mm512_unpacklo_epi16(ab_high, cd_high)),
                I32x16(_mm512_unpackhi_epi16(ab_high, cd_high)),
            ]
        }
    }
    #[inline(always)]
    unsafe fn interleave_input(taps: &[Self; 4]) -> [Self; 4] {
        unsafe {
            let [a, b, c, d] = Self::interleave(taps);
            [I32x16(unsigned(a.0)), I32x16(unsigned(b.0)), I32x16(unsigned(c.0)), I32x16(unsigned(d.0))]
        }
    }
    #[inline(always)]
    unsafe fn widen(self) -> [Self; 4] {
        unsafe {
            let zero = _mm512_setzero_si512();
            let [low, high] = [_mm512_unpacklo_epi8(zero, self.0), _mm512_unpackhi_epi8(zero, self.0)];
            [
                I32x16(_mm512_srai_epi32::<4>(_mm512_unpacklo_epi16(zero, low))),
                I32x16(_mm512_srai_epi32::<4>(_mm512_unpackhi_epi16(zero, low))),
                I32x16(_mm512_srai_epi32::<4>(_mm512_unpacklo_epi16(zero, high))),
                I32x16(_mm512_srai_epi32::<4>(_mm512_unpackhi_epi16(zero, high))),
            ]
        }
    }
    #[inline(always)]
    unsafe fn rescale(self, scale: &Scale) -> Self {
        unsafe {
            let is_large = scale.is_large;
            let x =
                if is_large { _mm512_sllv_epi32(self.0, Self::load(scale.left.as_ptr()).0) } else { self.0 };
            let [of_even, of_odd] = &scale.numerator;
            let half = _mm512_set1_epi64(1 << 31);
            let even = _mm512_mul_epi32(x, Self::load(of_even.as_ptr()).0);
            let odd = _mm512_mul_epi32(_mm512_srli_epi64::<32>(x), Self::load(of_odd.as_ptr()).0);
            let (even, odd) = (_mm512_add_epi64(even, half), _mm512_add_epi64(odd, half));
            let (even, odd) = (_mm512_castsi512_ps(even), _mm512_castsi512_ps(odd));
            let high = _mm512_castps_si512(_mm512_mask_movehdup_ps(odd, 0x5555, even));
            let v = _mm512_add_epi32(high, x);
            let below = _mm512_srai_epi32::<31>(v);
            let below =
                if is_large { _mm512_and_si512(below, Self::load(scale.rounds.as_ptr()).0) } else { below };
            let sum = I32x16(v).add(Self::load(scale.half.as_ptr())).add(I32x16(below));
            I32x16(_mm512_srav_epi32(sum.0, Self::load(scale.right.as_ptr()).0))
        }
    }
    #[inline(always)]
    unsafe fn narrow(sums: [Self; 4], bounds: &Bounds<Self>) -> Self {
        unsafe {
            let bytes = _mm512_packs_epi16(pair(sums[0], sums[1], bounds), pair(sums[2], sums[3], bounds));
            I32x16(_mm512_min_epi8(_mm512_max_epi8(bytes, bounds.min.0), bounds.max.0))
        }
    }
    #[inline(always)]
    unsafe fn store_pixels(self, to: [*mut i8; 4], count: usize) {
        unsafe {
            let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
            let all = _mm512_permutexvar_epi32(order, self.0);
            let mask = first(count) as __mmask16;
            _mm_mask_storeu_epi8(to[0], mask, _mm512_extracti32x4_epi32::<0>(all));
            _mm_mask_storeu_epi8(to[1], mask, _mm512_extracti32x4_epi32::<1>(all));
            _mm_mask_storeu_epi8(to[2], mask, _mm512_extracti32x4_epi32::<2>(all));
            _mm_mask_storeu_epi8(to[3], mask, _mm512_extracti32x4_epi32::<3>(all));
        }
    }
    #[inline(always)]
    unsafe fn dots(rows: [*const i8; 8], x: *const i8, n: usize) -> [i32; 8] {
        unsafe {
            let more = _mm512_set1_epi8(i8::MIN);
            let mut all = [[_mm512_setzero_si512(); 2]; 8];
            for i in (0..n).step_by(64) {
                let mask = first(n - i);
                let x = unsigned(_mm512_maskz_loadu_epi8(mask, x.add(i)));
                for ([sum, excess], row) in all.iter_mut().zip(rows) {
                    let w = _mm512_maskz_loadu_epi8(mask, row.add(i));
                    *sum = _mm512_dpbusd_epi32(*sum, x, w);
                    *excess = _mm512_dpbusd_epi32(*excess, more, w);
                }
            }
            let mut whole = [_mm256_setzero_si256(); 8];
            for (whole, [sum, excess]) in whole.iter_mut().zip(all) {
                let sum = _mm512_sub_epi32(sum, excess);
                let [low, high] = [_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum)];
                *whole = _mm256_add_epi32(low, high);
            }
            numbers(sums(whole))
        }
    }
}
