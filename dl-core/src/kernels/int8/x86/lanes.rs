//! What the kernels ask of a vector.

use super::scale::{Bounds, Scale};

/// A vector of integers of 32 bits, or of four times as many bytes.
///
/// A product takes *words* of 32 bits: as many numbers of one sum as fit, [`PER`](Self::PER).
pub(super) trait Lanes: Copy {
    /// Integers of 32 bits.
    const LANES: usize;
    /// Numbers in a word.
    const PER: usize;
    /// Vectors of outputs of a tile.
    const BLOCKS: usize;
    /// What each number of an input's word is larger by, as a word.
    const EXCESS: i32;

    /// A word of weights.
    fn word(numbers: [i8; 4]) -> i32;

    /// # Safety
    /// All functions need the instructions of the type; pointers must be good for what is read or written there.
    unsafe fn splat(x: i32) -> Self;
    /// `4 LANES` times the same.
    unsafe fn splat_bytes(x: i8) -> Self;
    unsafe fn load(from: *const i32) -> Self;
    unsafe fn store(self, to: *mut i32);
    /// The first `count` bytes, at most `4 LANES`; zeros behind them.
    unsafe fn load_bytes(from: *const i8, count: usize) -> Self;
    /// The first `count` bytes, at most `4 LANES`.
    unsafe fn store_bytes(self, to: *mut i8, count: usize);
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    /// Adds the products of the numbers of words of an input and of weights.
    unsafe fn mac(self, x: Self, w: Self) -> Self;
    /// Words of an input from `n` of its numbers, a multiple of [`PER`](Self::PER).
    unsafe fn words(from: *const i8, to: *mut i32, n: usize);
    /// Words of weights from [`LANES`](Self::LANES) rows, as many of each, transposed: the first word of each row comes first.
    unsafe fn transpose(rows: [*const i8; 16], to: *mut i32);
    /// Words, each of the numbers at one place of [`PER`](Self::PER) vectors of bytes, in the order of [`narrow`](Self::narrow).
    unsafe fn interleave(taps: &[Self; 4]) -> [Self; 4];
    /// [`interleave`](Self::interleave) for an input.
    unsafe fn interleave_input(taps: &[Self; 4]) -> [Self; 4];
    /// Bytes times 2²⁰ ([`Sum::MORE`](super::super::Sum)), in the order of [`narrow`](Self::narrow).
    unsafe fn widen(self) -> [Self; 4];
    /// Takes sums to the output, without its zero. They are below [`LIMIT`](super::scale::LIMIT).
    unsafe fn rescale(self, scale: &Scale) -> Self;
    /// Bytes from integers: in each 128 bits four of the first vector, then four of the second, third and fourth.
    unsafe fn narrow(sums: [Self; 4], bounds: &Bounds<Self>) -> Self;
    /// Writes four pixels, of which [`narrow`](Self::narrow) mixed `LANES` numbers each: the first `count`.
    unsafe fn store_pixels(self, to: [*mut i8; 4], count: usize);
    /// The sums of products of `n` numbers of eight rows and of `x`.
    unsafe fn dots(rows: [*const i8; 8], x: *const i8, n: usize) -> [i32; 8];
}
