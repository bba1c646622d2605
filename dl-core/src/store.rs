//! Weights as bytes, for a page of flash or a link: with a checksum, and refused where they are damaged or another
//! network's.
//!
//! The bytes are, all numbers little-endian:
//!
//! | at | what |
//! |---|---|
//! | 0 | `dlw1` |
//! | 4 | [`architecture`] of the network |
//! | 12 | how many bytes of values follow the header |
//! | 16 | CRC-32 (that of Ethernet and zlib) of bytes 4 to 16 and of the values |
//! | 20 | the values of all parameters and buffers in the order of [`Params::visit`], as they lie in memory |
//!
//! To keep them in flash through a loss of power, see `Slots` (feature `embedded-storage`).
//!
//! To exchange weights by name with PyTorch, use the safetensors files of `dl-host`.

use core::fmt::{self, Write};

use crate::fnv::Fnv;
use crate::params::Path;
use crate::{Params, Real};

#[cfg(feature = "embedded-storage")]
mod slots;

#[cfg(feature = "embedded-storage")]
pub use slots::{SlotError, Slots};

const MAGIC: [u8; 4] = *b"dlw1";
/// Bytes before the values.
const HEADER: usize = 20;

/// How many bytes [`save`] writes.
///
/// ```
/// use dl_core::{Blank, layers::Dense, store};
///
/// assert_eq!(store::bytes(&Dense::<f32, 3, 2>::ZERO), 20 + 4 * 8);
/// ```
pub fn bytes<T: Real, P: Params<T>>(net: &P) -> usize {
    let mut values = 0;
    net.visit(Path::ROOT, &mut |_, param| values += size_of_val(param.values));
    HEADER + values
}

/// A hash of the names, shapes and kinds of all parameters and buffers, and of the scalar: networks that can exchange
/// their bytes have the same.
///
/// It is the 64-bit FNV-1a hash of a text, which is for each of them its name, its shape and the bytes of a number.
///
/// ```
/// use dl_core::{Blank, layers::Dense, store::architecture};
///
/// let small = architecture(&Dense::<f32, 3, 2>::ZERO);
/// assert_ne!(small, architecture(&Dense::<f32, 2, 3>::ZERO));
/// assert_ne!(small, architecture(&Dense::<f64, 3, 2>::ZERO));
/// ```
pub fn architecture<T: Real, P: Params<T>>(net: &P) -> u64 {
    let mut hash = Fnv::NEW;
    net.visit(Path::ROOT, &mut |path, param| {
        // a hash takes every text
        let _ = write!(hash, "{path} {:?} {:?} {};", param.shape.dims(), param.order, size_of::<T>());
    });
    hash.value()
}

/// Writes all parameters and buffers to the start of `to`, and returns how many bytes that took.
///
/// ```
/// use dl_core::{Blank, layers::Dense, store};
///
/// let mut dense = Dense::<f32, 3, 2>::ZERO;
/// dense.bias[1] = 0.5;
/// let mut page = [0xFF; 64];
/// assert_eq!(store::save(&dense, &mut page), Ok(52));
///
/// let mut other = Dense::<f32, 3, 2>::ZERO;
/// store::load(&mut other, &page)?;
/// assert_eq!(other.bias, dense.bias);
/// # Ok::<(), store::StoreError>(())
/// ```
///
/// # Errors
/// [`StoreError::Short`], if `to` is too short: nothing is written then.
pub fn save<T: Real, P: Params<T>>(net: &P, to: &mut [u8]) -> Result<usize, StoreError> {
    let (needed, found) = (bytes(net), to.len());
    let Some((header, values)) = to.get_mut(..needed).and_then(|to| to.split_first_chunk_mut::<HEADER>())
    else {
        return Err(StoreError::Short { needed, found });
    };
    let mut slots = values.chunks_exact_mut(size_of::<T>());
    net.visit(Path::ROOT, &mut |_, param| {
        for (&value, slot) in param.values.iter().zip(&mut slots) {
            write(value, slot);
        }
    });
    *header = Header::of(architecture(net), values).to_bytes();
    Ok(needed)
}

/// Takes all parameters and buffers from the start of `from`, which [`save`] has written.
///
/// # Errors
/// If `from` is too short, not what [`save`] writes, another network's, or damaged. The network is as before then: nothing
/// is used before all has been checked.
///
/// ```
/// use dl_core::{Blank, layers::Dense, store::{self, StoreError}};
///
/// let mut dense = Dense::<f32, 3, 2>::ZERO;
/// let mut page = [0; 64];
/// store::save(&dense, &mut page)?;
/// page[30] ^= 1;
/// assert!(matches!(store::load(&mut dense, &page), Err(StoreError::Damaged { .. })));
/// # Ok::<(), StoreError>(())
/// ```
pub fn load<T: Real, P: Params<T>>(net: &mut P, from: &[u8]) -> Result<(), StoreError> {
    let (needed, found) = (bytes(net), from.len());
    let Some((&header, values)) = from.get(..needed).and_then(|from| from.split_first_chunk::<HEADER>())
    else {
        return Err(StoreError::Short { needed, found });
    };
    let [m, a, g, i, ..] = header;
    let magic = [m, a, g, i];
    if magic != MAGIC {
        return Err(StoreError::NotWeights { found: magic });
    }
    let (found, expected) = (Header::from_bytes(header), Header::of(architecture(net), values));
    if found.architecture != expected.architecture || found.values != expected.values {
        return Err(StoreError::Foreign { found: found.architecture, expected: expected.architecture });
    }
    if found.sum != expected.sum {
        return Err(StoreError::Damaged { found: expected.sum, expected: found.sum });
    }
    let mut slots = values.chunks_exact(size_of::<T>());
    net.zip([], Path::ROOT, &mut |_, param, []| {
        for (value, slot) in param.values.iter_mut().zip(&mut slots) {
            *value = read(slot);
        }
    });
    Ok(())
}

/// Why weights could not be saved or loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// There are fewer bytes than the network takes.
    Short {
        /// Bytes that the network takes.
        needed: usize,
        /// Bytes that there are.
        found: usize,
    },
    /// The bytes do not begin as [`save`] begins; erased flash does not.
    NotWeights {
        /// What they begin with.
        found: [u8; 4],
    },
    /// The bytes are those of a network with other names, shapes or scalars.
    Foreign {
        /// Their [`architecture`].
        found: u64,
        /// That of the network.
        expected: u64,
    },
    /// The checksum is wrong: a bit has changed, or they were not written to their end.
    Damaged {
        /// The checksum of what is there.
        found: u32,
        /// The checksum that was written.
        expected: u32,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            StoreError::Short { needed, found } => {
                write!(f, "{found} bytes are too few: the network takes {needed}")
            }
            StoreError::NotWeights { found } => {
                write!(f, "these are no saved weights: they begin with {found:02x?}, not with {MAGIC:02x?}")
            }
            StoreError::Foreign { found, expected } => {
                write!(f, "the weights of another network: its hash is {found:#018x}, here {expected:#018x}")
            }
            StoreError::Damaged { found, expected } => {
                write!(
                    f,
                    "the weights are damaged: their checksum is {found:#010x}, and was {expected:#010x}"
                )
            }
        }
    }
}

impl core::error::Error for StoreError {}

struct Header {
    architecture: u64,
    /// Bytes of values.
    values: u32,
    sum: u32,
}

impl Header {
    fn of(architecture: u64, values: &[u8]) -> Header {
        let mut header = Header { architecture, values: values.len() as u32, sum: 0 };
        let [_, _, _, _, checked @ .., _, _, _, _] = header.to_bytes();
        header.sum = !crc(crc(!0, &checked), values);
        header
    }

    fn to_bytes(&self) -> [u8; HEADER] {
        let (architecture, values, sum) =
            (self.architecture.to_le_bytes(), self.values.to_le_bytes(), self.sum.to_le_bytes());
        let mut bytes = [0; HEADER];
        let parts = MAGIC.iter().chain(&architecture).chain(&values).chain(&sum);
        bytes.iter_mut().zip(parts).for_each(|(byte, &part)| *byte = part);
        bytes
    }

    fn from_bytes(bytes: [u8; HEADER]) -> Header {
        let [_, _, _, _, a, b, c, d, e, f, g, h, v0, v1, v2, v3, s0, s1, s2, s3] = bytes;
        Header {
            architecture: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            values: u32::from_le_bytes([v0, v1, v2, v3]),
            sum: u32::from_le_bytes([s0, s1, s2, s3]),
        }
    }
}

/// Goes on with a CRC-32, of polynomial 0xEDB88320, by half bytes.
fn crc(sum: u32, bytes: &[u8]) -> u32 {
    const fn of(mut half: u32) -> u32 {
        let mut bit = 0;
        while bit < 4 {
            half = half >> 1 ^ if half & 1 == 1 { 0xEDB8_8320 } else { 0 };
            bit += 1;
        }
        half
    }
    static HALVES: [u32; 16] = {
        let mut halves = [0; 16];
        let mut i = 0;
        while i < 16 {
            halves[i] = of(i as u32);
            i += 1;
        }
        halves
    };
    bytes.iter().fold(sum, |sum, &byte| {
        let sum = sum ^ u32::from(byte);
        let sum = sum >> 4 ^ HALVES[(sum & 15) as usize];
        sum >> 4 ^ HALVES[(sum & 15) as usize]
    })
}

/// The bits of a number, `size_of::<T>()` bytes.
fn write<T: Real>(value: T, to: &mut [u8]) {
    let value = value.to_f64();
    let (single, double) = ((value as f32).to_le_bytes(), value.to_le_bytes());
    let bytes: &[u8] = if size_of::<T>() == 4 { &single } else { &double };
    to.iter_mut().zip(bytes).for_each(|(to, &byte)| *to = byte);
}

fn read<T: Real>(from: &[u8]) -> T {
    match *from {
        [a, b, c, d] => T::of(f32::from_le_bytes([a, b, c, d]).into()),
        [a, b, c, d, e, f, g, h] => T::of(f64::from_le_bytes([a, b, c, d, e, f, g, h])),
        _ => T::zero(),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;
    use std::vec;

    use super::*;
    use crate::layers::{BatchNorm, Dense};
    use crate::{Blank, Rng};

    fn dense() -> Dense<f32, 3, 2> {
        let mut dense = Dense::ZERO;
        dense.init(Rng::new(3));
        dense.bias[0] = -0.0;
        dense
    }

    #[test]
    fn what_is_saved_is_loaded_bit_for_bit() {
        let mut page = [0xFF; 60];
        assert_eq!(save(&dense(), &mut page), Ok(52));
        assert_eq!(page[52..], [0xFF; 8], "what lies behind is not touched");
        let mut other = Dense::<f32, 3, 2>::ZERO;
        load(&mut other, &page).unwrap();
        let bits = |dense: &Dense<f32, 3, 2>| dense.weight.map(f32::to_bits);
        assert_eq!(bits(&other), bits(&dense()));
        assert_eq!(other.bias.map(f32::to_bits), dense().bias.map(f32::to_bits));

        let mut precise = Dense::<f64, 3, 2>::ZERO;
        precise.init(Rng::new(3));
        let mut page = vec![0; bytes(&precise)];
        save(&precise, &mut page).unwrap();
        let mut other = Dense::<f64, 3, 2>::ZERO;
        load(&mut other, &page).unwrap();
        assert_eq!(other.weight, precise.weight);
    }

    #[test]
    fn buffers_are_saved_too() {
        let mut norm = BatchNorm::<f32, 2>::ZERO;
        norm.running_mean[1] = 7.0;
        let mut page = vec![0; bytes(&norm)];
        save(&norm, &mut page).unwrap();
        let mut other = BatchNorm::<f32, 2>::ZERO;
        load(&mut other, &page).unwrap();
        assert_eq!(other.running_mean, norm.running_mean);
    }

    #[test]
    fn the_checksum_is_that_of_zlib() {
        assert_eq!(!crc(!0, b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn every_wrong_bit_is_found_before_a_byte_is_used() {
        let mut page = [0; 52];
        save(&dense(), &mut page).unwrap();
        for bit in 0..8 * page.len() {
            let mut damaged = page;
            damaged[bit / 8] ^= 1 << (bit % 8);
            let mut net = Dense::<f32, 3, 2>::ZERO;
            assert!(load(&mut net, &damaged).is_err(), "bit {bit}");
            assert_eq!(net.weight.sum(), 0.0, "bit {bit}");
        }
    }

    #[test]
    fn what_is_short_foreign_or_no_weights_is_refused_by_name() {
        let mut page = [0; 52];
        let error = save(&dense(), &mut page[..51]).unwrap_err();
        assert_eq!(error.to_string(), "51 bytes are too few: the network takes 52");
        assert_eq!(page, [0; 52]);
        save(&dense(), &mut page).unwrap();
        let mut other = Dense::<f32, 2, 2>::ZERO;
        let error = load(&mut other, &page).unwrap_err();
        let (found, expected) = (architecture(&dense()), architecture(&other));
        assert_eq!(error, StoreError::Foreign { found, expected });
        let error = load(&mut dense(), &[0xFF; 60]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "these are no saved weights: they begin with [ff, ff, ff, ff], not with [64, 6c, 77, 31]"
        );
        page[51] ^= 1;
        let error = load(&mut dense(), &page).unwrap_err().to_string();
        assert!(error.starts_with("the weights are damaged: their checksum is 0x"), "{error}");
    }
}
