//! Networks of integers as bytes: written on the host, read where they lie in flash.

use core::fmt;

use super::Affine;
use crate::Network;
use crate::fnv::Fnv;
use crate::kernels::int8::{Factor, Output};

/// Bytes that lie where numbers of any size may lie, for a `static`.
///
/// See [`Int8Network::in_flash`](super::Int8Network::in_flash).
#[derive(Debug)]
#[repr(C, align(8))]
pub struct Flash<const N: usize>(
    /// The bytes.
    pub [u8; N],
);

/// Why bytes are no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlashError {
    /// The network has another number of bytes.
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// They are of a network with other layers.
    Foreign,
    /// A layer of the user's own does not say that any bytes are numbers.
    NotPlain,
}

impl fmt::Display for FlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlashError::Length { found, expected } => {
                write!(f, "there are {found} bytes, but the network has {expected}")
            }
            FlashError::Foreign => f.write_str("the bytes are those of a network with other layers"),
            FlashError::NotPlain => f.write_str("a layer of the network is not made of numbers alone"),
        }
    }
}

impl core::error::Error for FlashError {}

/// A number for the layers of a network: names, sizes and shapes. Another network has another.
pub const fn architecture<N: Network>() -> u32 {
    let (mut hash, mut i) = (Fnv::NEW, 0);
    while i < N::ROWS.len() {
        let row = &N::ROWS[i];
        hash = mixed(mixed(hash, row.name.as_bytes()), row.layer.as_bytes());
        let (dims, mut k) = (row.output.dims(), 0);
        while k < dims.len() {
            hash = mixed(hash, &(dims[k] as u64).to_le_bytes());
            k += 1;
        }
        i += 1;
    }
    let hash = hash.value();
    (hash ^ (hash >> 32)) as u32
}

/// Goes on with some bytes and with how many they are.
const fn mixed(hash: Fnv, bytes: &[u8]) -> Fnv {
    hash.add(bytes).add(&(bytes.len() as u64).to_le_bytes())
}

/// What [`Int8Layer::write`](super::Int8Layer::write) hands numbers to: their bytes, and where they lie.
pub struct Writer<'f>(&'f mut dyn FnMut(usize, &[u8]));

impl<'f> Writer<'f> {
    /// Calls `f` with the place and the bytes of each number.
    pub fn new(f: &'f mut dyn FnMut(usize, &[u8])) -> Self {
        Writer(f)
    }

    /// Bytes as they are.
    pub fn bytes(&mut self, at: usize, bytes: &[u8]) {
        (self.0)(at, bytes);
    }

    /// Integers of 8 bits.
    pub fn i8s(&mut self, at: usize, values: &[i8]) {
        values.iter().enumerate().for_each(|(i, value)| self.bytes(at + i, &value.to_le_bytes()));
    }

    /// Integers of 32 bits.
    pub fn i32s(&mut self, at: usize, values: &[i32]) {
        values.iter().enumerate().for_each(|(i, value)| self.bytes(at + 4 * i, &value.to_le_bytes()));
    }

    /// A number of 32 bits.
    pub fn u32(&mut self, at: usize, value: u32) {
        self.bytes(at, &value.to_le_bytes());
    }

    /// Numbers in double precision.
    pub fn f64s(&mut self, at: usize, values: &[f64]) {
        values.iter().enumerate().for_each(|(i, value)| self.bytes(at + 8 * i, &value.to_le_bytes()));
    }

    /// What integers stand for.
    pub fn affine(&mut self, at: usize, affine: Affine) {
        self.bytes(at + core::mem::offset_of!(Affine, scale), &affine.scale.to_le_bytes());
        self.i8s(at + core::mem::offset_of!(Affine, zero_point), &[affine.zero_point]);
    }

    /// What an output may be.
    pub(super) fn output(&mut self, at: usize, output: Output) {
        let Output { zero, min, max } = output;
        self.i8s(at + core::mem::offset_of!(Output, zero), &[zero]);
        self.i8s(at + core::mem::offset_of!(Output, min), &[min]);
        self.i8s(at + core::mem::offset_of!(Output, max), &[max]);
    }

    pub(super) fn factor(&mut self, at: usize, factor: Factor) {
        self.i32s(at + core::mem::offset_of!(Factor, numerator), &[factor.numerator]);
        self.i8s(at + core::mem::offset_of!(Factor, shift), &[factor.shift]);
    }
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}
