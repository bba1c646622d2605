//! Vectors of `f32`, one type for each instruction set, behind one trait.
//!
//! Only the products need them: the compiler vectorises everything else by itself.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
mod single;
#[cfg(target_arch = "x86_64")]
mod sse;

#[cfg(target_arch = "x86_64")]
pub(super) use avx2::F32x8;
#[cfg(target_arch = "x86_64")]
pub(super) use avx512::{F32x16, first};
#[cfg(target_arch = "aarch64")]
pub(super) use neon::Neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use simd128::Simd128;
pub(super) use single::Single;
#[cfg(target_arch = "x86_64")]
pub(super) use sse::Sse;

/// The widest vector of the portable set, which rounds a product and a sum one after the other.
#[cfg(target_arch = "x86_64")]
pub(super) type Portable = Sse<false>;
#[cfg(target_arch = "aarch64")]
pub(super) type Portable = Neon<false>;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) type Portable = Simd128;
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
pub(super) type Portable = Single<false>;

/// Lanes of the widest type.
pub(super) const WIDEST: usize = 16;

/// `LANES` numbers in a register.
///
/// # Safety
/// Every function asks for a processor with the instructions of the type. Loads ask for `LANES` (or `n`) readable
/// numbers at `from`, stores for as many writable ones at `to`; neither asks for an alignment beyond that of `f32`.
pub(super) trait Simd: Copy {
    /// Numbers in a vector.
    const LANES: usize;
    /// Whether [`mul_add`](Self::mul_add) rounds once. If so, long sums may be split as well; if not, they run in the
    /// order of their indices, so that the bits are the same for any number of lanes.
    const FUSED: bool;
    /// Whether [`load_part`](Self::load_part) and [`store_part`](Self::store_part) are single instructions.
    const MASKED: bool;
    /// Vectors and columns of a tile of a product: as many sums as the registers hold.
    const TILE: (usize, usize);
    /// What computes rows that do not fill a vector, if that is not [`MASKED`](Self::MASKED).
    type Rest: Simd;
    /// A vector of half as many, if there is one; if not, the same.
    type Half: Simd;

    unsafe fn splat(x: f32) -> Self;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    /// The first `n` numbers, fewer than `LANES`; the others are 0.
    #[inline(always)]
    unsafe fn load_part(from: *const f32, n: usize) -> Self {
        let mut numbers = [0.0; WIDEST];
        // SAFETY: as the trait asks; no type has more than `WIDEST` lanes.
        unsafe {
            core::ptr::copy_nonoverlapping(from, numbers.as_mut_ptr(), n);
            Self::load(numbers.as_ptr())
        }
    }
    /// Stores the first `n`, fewer than `LANES`.
    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, n: usize) {
        let mut numbers = [0.0; WIDEST];
        // SAFETY: as the trait asks; no type has more than `WIDEST` lanes.
        unsafe {
            self.store(numbers.as_mut_ptr());
            core::ptr::copy_nonoverlapping(numbers.as_ptr(), to, n);
        }
    }
    /// The last `n` of the numbers at `from`, at least 1, at their places; the others are 0.
    #[inline(always)]
    unsafe fn load_last(from: *const f32, n: usize) -> Self {
        let mut numbers = [0.0; WIDEST];
        // SAFETY: as the trait asks.
        unsafe {
            for (i, number) in numbers.iter_mut().enumerate().take(Self::LANES).skip(Self::LANES - n) {
                *number = *from.add(i);
            }
            Self::load(numbers.as_ptr())
        }
    }
    /// Stores the last `n` at their places at `to`.
    #[inline(always)]
    unsafe fn store_last(self, to: *mut f32, n: usize) {
        let mut numbers = [0.0; WIDEST];
        // SAFETY: as the trait asks.
        unsafe {
            self.store(numbers.as_mut_ptr());
            for (i, &number) in numbers.iter().enumerate().take(Self::LANES).skip(Self::LANES - n) {
                *to.add(i) = number;
            }
        }
    }
    /// The first `n`, at least 1, of the numbers that are `stride` apart at `from`; the others may be anything.
    #[inline(always)]
    unsafe fn load_every(from: *const f32, stride: usize, n: usize) -> Self {
        let mut numbers = [0.0; WIDEST];
        // SAFETY: as the trait asks.
        unsafe {
            for (i, number) in numbers.iter_mut().enumerate().take(n) {
                *number = *from.add(i * stride);
            }
            Self::load(numbers.as_ptr())
        }
    }
    /// Stores the first `n`, `stride` apart at `to`.
    #[inline(always)]
    unsafe fn store_every(self, to: *mut f32, stride: usize, n: usize) {
        let mut numbers = [0.0; WIDEST];
        // SAFETY: as the trait asks.
        unsafe {
            self.store(numbers.as_mut_ptr());
            for (i, &number) in numbers.iter().enumerate().take(n) {
                *to.add(i * stride) = number;
            }
        }
    }
    /// `self · b + c`
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    unsafe fn div(self, other: Self) -> Self;
    /// Between `-limit` and `limit`; NaN stays NaN.
    unsafe fn clamp(self, limit: f32) -> Self;
    /// At most `limit`; NaN stays NaN.
    unsafe fn at_most(self, limit: f32) -> Self;
    /// `max(self, 0)`; NaN stays NaN.
    unsafe fn relu(self) -> Self;
    /// The sums of four vectors.
    unsafe fn sums(v: [Self; 4]) -> [f32; 4];
    /// Stores the sums of sixteen vectors.
    #[inline(always)]
    unsafe fn store_sums(v: [Self; 16], to: *mut f32) {
        // SAFETY: as the trait asks.
        unsafe {
            for i in [0, 4, 8, 12] {
                let sums = Self::sums([v[i], v[i + 1], v[i + 2], v[i + 3]]);
                core::ptr::copy_nonoverlapping(sums.as_ptr(), to.add(i), 4);
            }
        }
    }
    /// Four columns of four numbers each, `stride` apart at `from`, as four rows, `to_stride` apart at `to`.
    #[inline(always)]
    unsafe fn transpose4(from: *const f32, stride: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: as the trait asks.
        unsafe {
            for column in 0..4 {
                for row in 0..4 {
                    *to.add(row * to_stride + column) = *from.add(column * stride + row);
                }
            }
        }
    }
    /// The same of sixteen columns.
    #[inline(always)]
    unsafe fn transpose16(from: *const f32, stride: usize, to: *mut f32, to_stride: usize) {
        for column in (0..16).step_by(4) {
            // SAFETY: as the trait asks.
            unsafe { Self::transpose4(from.add(column * stride), stride, to.add(column), to_stride) }
        }
    }
}

/// A vector of at least eight numbers, whose halves may lie apart, and with masks.
///
/// # Safety
/// As of [`Simd`]: loads and stores ask for half of `LANES` numbers at each pointer, or for as many as they say.
#[cfg(target_arch = "x86_64")]
pub(super) trait Wide: Simd {
    /// The numbers whose bit is set; the others are 0, and not read.
    unsafe fn load_masked(from: *const f32, mask: u16) -> Self;
    /// The numbers whose bit is set; 0 in place of the others.
    unsafe fn masked(self, mask: u16) -> Self;
    /// Stores the numbers whose bit is set.
    unsafe fn store_masked(self, to: *mut f32, mask: u16);
    /// The same, if none of them is in the upper half: such a store is across two lines of the cache less often.
    unsafe fn store_low_masked(self, to: *mut f32, mask: u16);
    /// The numbers of two vectors that are at some places: from the first, then from the second one.
    unsafe fn pick(v: [Self; 2], places: &[i32; WIDEST]) -> Self;
    /// Adds the numbers of `other` whose bit is set.
    unsafe fn add_masked(self, other: Self, mask: u16) -> Self;
    /// `self · b + c` where the bit is set, otherwise `c`.
    unsafe fn mul_add_masked(self, b: Self, c: Self, mask: u16) -> Self;
    unsafe fn load_halves(from: [*const f32; 2]) -> Self;
    unsafe fn store_halves(self, to: [*mut f32; 2]);
    /// The last `n` numbers of each half, at their places; the others are 0.
    unsafe fn load_last_of_halves(from: [*const f32; 2], n: [usize; 2]) -> Self;
    /// Stores the last `n` numbers of each half, at their places.
    unsafe fn store_last_of_halves(self, to: [*mut f32; 2], n: [usize; 2]);
}
