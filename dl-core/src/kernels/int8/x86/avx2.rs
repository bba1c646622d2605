//! Eight integers: AVX2.
//!
//! A word is two numbers of 16 bits: `VPMADDWD` is exact. (`VPMADDUBSW`, which takes bytes, saturates.)

use core::arch::x86_64::*;

use super::lanes::Lanes;
use super::scale::{Bounds, Scale};

/// AVX2.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct I32x8(pub(super) __m256i);

/// Adds up each of eight vectors.
///
/// # Safety
/// AVX2 is needed.
#[inline(always)]
pub(super) unsafe fn sums(v: [__m256i; 8]) -> __m256i {
    // SAFETY: the caller's word.
    unsafe {
        let [a, b] = [_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3])];
        let [c, d] = [_mm256_hadd_epi32(v[4], v[5]), _mm256_hadd_epi32(v[6], v[7])];
        let (low, high) = (_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
        let halves =
            (_mm256_permute2x128_si256::<0x20>(low, high), _mm256_permute2x128_si256::<0x31>(low, high));
        _mm256_add_epi32(halves.0, halves.1)
    }
}

/// The numbers of a vector.
#[inline(always)]
pub(super) fn numbers(v: __m256i) -> [i32; 8] {
    // SAFETY: both are 32 bytes, and any bits are numbers.
    unsafe { core::mem::transmute(v) }
}

/// Numbers of 16 bits from four vectors' halves, with the zero of the output.
#[inline(always)]
unsafe fn pair(a: I32x8, b: I32x8, bounds: &Bounds<I32x8>) -> __m256i {
    // SAFETY: the caller has the instructions.
    unsafe { _mm256_adds_epi16(_mm256_packs_epi32(a.0, b.0), bounds.zero.0) }
}

/// Sixteen bytes, as numbers of 16 bits.
#[inline(always)]
unsafe fn wide(from: *const i8) -> __m256i {
    // SAFETY: the caller has the instructions, and sixteen bytes.
    unsafe { _mm256_cvtepi8_epi16(_mm_loadu_si128(from.cast())) }
}

impl Lanes for I32x8 {
    const LANES: usize = 8;
    const PER: usize = 2;
    const BLOCKS: usize = 1;
    const EXCESS: i32 = 0;

    #[inline(always)]
    fn word([a, b, ..]: [i8; 4]) -> i32 {
        a as i16 as u16 as i32 | (b as i32) << 16
    }
    #[inline(always)]
    unsafe fn splat(x: i32) -> Self {
        // SAFETY: the caller's, here and below.
        unsafe { I32x8(_mm256_set1_epi32(x)) }
    }
    #[inline(always)]
    unsafe fn splat_bytes(x: i8) -> Self {
        unsafe { I32x8(_mm256_set1_epi8(x)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        unsafe { I32x8(_mm256_loadu_si256(from.cast())) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut i32) {
        unsafe { _mm256_storeu_si256(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn load_bytes(from: *const i8, count: usize) -> Self {
        unsafe {
            if count == 32 {
                return I32x8(_mm256_loadu_si256(from.cast()));
            }
            let mut bytes = [0_i8; 32];
            from.copy_to_nonoverlapping(bytes.as_mut_ptr(), count);
            I32x8(_mm256_loadu_si256(bytes.as_ptr().cast()))
        }
    }
    #[inline(always)]
    unsafe fn store_bytes(self, to: *mut i8, count: usize) {
        unsafe {
            if count == 32 {
                return _mm256_storeu_si256(to.cast(), self.0);
            }
            let mut bytes = [0_i8; 32];
            _mm256_storeu_si256(bytes.as_mut_ptr().cast(), self.0);
            bytes.as_ptr().copy_to_nonoverlapping(to, count);
        }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { I32x8(_mm256_add_epi32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { I32x8(_mm256_sub_epi32(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mac(self, x: Self, w: Self) -> Self {
        unsafe { I32x8(_mm256_add_epi32(self.0, _mm256_madd_epi16(x.0, w.0))) }
    }
    #[inline(always)]
    unsafe fn words(from: *const i8, to: *mut i32, n: usize) {
        unsafe {
            let to = to.cast::<i16>();
            let mut i = 0;
            while i + 16 <= n {
                _mm256_storeu_si256(to.add(i).cast(), wide(from.add(i)));
                i += 16;
            }
            while i < n {
                to.add(i).write(*from.add(i) as i16);
                i += 1;
            }
        }
    }
    #[inline(always)]
    unsafe fn transpose(rows: [*const i8; 16], to: *mut i32) {
        unsafe {
            // by pairs of rows, by fours, and by eights
            let mut two = [_mm256_setzero_si256(); 8];
            for i in [0, 2, 4, 6] {
                let (a, b) = (wide(rows[i]), wide(rows[i + 1]));
                (two[i], two[i + 1]) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
            }
            let mut four = [_mm256_setzero_si256(); 8];
            for i in [0, 4] {
                for half in [0, 1] {
                    let (a, b) = (two[i + half], two[i + 2 + half]);
                    four[i + 2 * half] = _mm256_unpacklo_epi64(a, b);
                    four[i + 2 * half + 1] = _mm256_unpackhi_epi64(a, b);
                }
            }
            for i in 0..4 {
                let (a, b) = (four[i], four[i + 4]);
                I32x8(_mm256_permute2x128_si256::<0x20>(a, b)).store(to.add(8 * i));
                I32x8(_mm256_permute2x128_si256::<0x31>(a, b)).store(to.add(8 * (i + 4)));
            }
        }
    }
    #[inline(always)]
    unsafe fn interleave(taps: &[Self; 4]) -> [Self; 4] {
        unsafe {
            let zero = _mm256_setzero_si256();
            let pairs =
                [_mm256_unpacklo_epi8(taps[0].0, taps[1].0), _mm256_unpackhi_epi8(taps[0].0, taps[1].0)];
            [
                I32x8(_mm256_srai_epi16::<8>(_mm256_unpacklo_epi8(zero, pairs[0]))),
                I32x8(_mm256_srai_epi16::<8>(_mm256_unpackhi_epi8(zero, pairs[0]))),
                I32x8(_mm256_srai_epi16::<8>(_mm256_unpacklo_epi8(zero, pairs[1]))),
                I32x8(_mm256_srai_epi16::<8>(_mm256_unpackhi_epi8(zero, pairs[1]))),
            ]
        }
    }
    #[inline(always)]
    unsafe fn interleave_input(taps: &[Self; 4]) -> [Self; 4] {
        unsafe { Self::interleave(taps) }
    }
    #[inline(always)]
    unsafe fn widen(self) -> [Self; 4] {
        unsafe {
            let zero = _mm256_setzero_si256();
            let [low, high] = [_mm256_unpacklo_epi8(zero, self.0), _mm256_unpackhi_epi8(zero, self.0)];
            [
                I32x8(_mm256_srai_epi32::<4>(_mm256_unpacklo_epi16(zero, low))),
                I32x8(_mm256_srai_epi32::<4>(_mm256_unpackhi_epi16(zero, low))),
                I32x8(_mm256_srai_epi32::<4>(_mm256_unpacklo_epi16(zero, high))),
                I32x8(_mm256_srai_epi32::<4>(_mm256_unpackhi_epi16(zero, high))),
            ]
        }
    }
    #[inline(always)]
    unsafe fn rescale(self, scale: &Scale) -> Self {
        unsafe {
            let is_large = scale.is_large;
            let x =
                if is_large { _mm256_sllv_epi32(self.0, Self::load(scale.left.as_ptr()).0) } else { self.0 };
            let [of_even, of_odd] = &scale.numerator;
            let half = _mm256_set1_epi64x(1 << 31);
            let even = _mm256_mul_epi32(x, Self::load(of_even.as_ptr()).0);
            let odd = _mm256_mul_epi32(_mm256_srli_epi64::<32>(x), Self::load(of_odd.as_ptr()).0);
            let (even, odd) = (_mm256_add_epi64(even, half), _mm256_add_epi64(odd, half));
            let high = _mm256_blend_epi32::<0b1010_1010>(_mm256_srli_epi64::<32>(even), odd);
            let v = _mm256_add_epi32(high, x);
            let below = _mm256_srai_epi32::<31>(v);
            let below =
                if is_large { _mm256_and_si256(below, Self::load(scale.rounds.as_ptr()).0) } else { below };
            let sum = I32x8(v).add(Self::load(scale.half.as_ptr())).add(I32x8(below));
            I32x8(_mm256_srav_epi32(sum.0, Self::load(scale.right.as_ptr()).0))
        }
    }
    #[inline(always)]
    unsafe fn narrow(sums: [Self; 4], bounds: &Bounds<Self>) -> Self {
        unsafe {
            let bytes = _mm256_packs_epi16(pair(sums[0], sums[1], bounds), pair(sums[2], sums[3], bounds));
            I32x8(_mm256_min_epi8(_mm256_max_epi8(bytes, bounds.min.0), bounds.max.0))
        }
    }
    #[inline(always)]
    unsafe fn store_pixels(self, to: [*mut i8; 4], count: usize) {
        unsafe {
            let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
            let mut pixels = [[0_i8; 8]; 4];
            _mm256_storeu_si256(pixels.as_mut_ptr().cast(), _mm256_permutevar8x32_epi32(self.0, order));
            for (to, pixel) in to.into_iter().zip(&pixels) {
                if count == 8 {
                    to.cast::<[i8; 8]>().write_unaligned(*pixel);
                } else {
                    pixel.as_ptr().copy_to_nonoverlapping(to, count);
                }
            }
        }
    }
    #[inline(always)]
    unsafe fn dots(rows: [*const i8; 8], x: *const i8, n: usize) -> [i32; 8] {
        unsafe {
            let mut all = [_mm256_setzero_si256(); 8];
            let mut i = 0;
            while i + 16 <= n {
                let x = wide(x.add(i));
                for (sum, row) in all.iter_mut().zip(rows) {
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(wide(row.add(i)), x));
                }
                i += 16;
            }
            let mut all = numbers(sums(all));
            for i in i..n {
                for (sum, row) in all.iter_mut().zip(rows) {
                    *sum = sum.wrapping_add(*row.add(i) as i32 * *x.add(i) as i32);
                }
            }
            all
        }
    }
}
