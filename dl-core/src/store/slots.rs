//! Weights in two slots of NOR flash, written in turn: a loss of power at any moment leaves the older ones.
//!
//! A slot is, all numbers little-endian:
//!
//! | at | what |
//! |---|---|
//! | 0 | `dls1` |
//! | 4 | a number that grows by one from save to save |
//! | 8 | [`architecture`] of the network |
//! | 16 | how many bytes of values there are |
//! | 20 | CRC-32 of bytes 4 to 20 and of the values |
//! | 24, or the next multiple of the flash's `WRITE_SIZE` | the values, as [`save`](super::save) writes them |
//!
//! The values are written first and the header last, each word once: a slot without a whole header holds nothing.

use core::fmt;
use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;

use super::{architecture, bytes, crc, read, write};
use crate::params::Path;
use crate::{Params, Real};

const MAGIC: [u8; 4] = *b"dls1";
/// Bytes of the header that mean something.
const HEADER: usize = 24;
/// Bytes that are read or written together, at most.
const PIECE: usize = 256;

/// Two slots for weights in NOR flash, such as `embedded-storage` describes: each half of a range.
///
/// It needs the feature `embedded-storage`, and 256 bytes of stack beside what the driver needs.
///
/// ```
/// use dl_core::store::{SlotError, Slots};
/// use dl_core::{Blank, layers::Dense};
/// # use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
/// # struct Ram([u8; 8192]);
/// # impl ErrorType for Ram { type Error = NorFlashErrorKind; }
/// # impl ReadNorFlash for Ram {
/// #     const READ_SIZE: usize = 1;
/// #     fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
/// #         bytes.copy_from_slice(&self.0[at as usize..][..bytes.len()]);
/// #         Ok(())
/// #     }
/// #     fn capacity(&self) -> usize { self.0.len() }
/// # }
/// # impl NorFlash for Ram {
/// #     const WRITE_SIZE: usize = 4;
/// #     const ERASE_SIZE: usize = 4096;
/// #     fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
/// #         self.0[from as usize..to as usize].fill(0xFF);
/// #         Ok(())
/// #     }
/// #     fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
/// #         self.0[at as usize..][..bytes.len()].copy_from_slice(bytes);
/// #         Ok(())
/// #     }
/// # }
/// # let flash = Ram([0xFF; 8192]);
///
/// let mut dense = Dense::<f32, 3, 2>::ZERO;
/// let mut slots = Slots::new(flash, 0..8192)?; // two pages of 4096 bytes
/// assert_eq!(slots.load(&mut dense), Err(SlotError::Empty));
///
/// dense.bias[1] = 0.5;
/// assert_eq!(slots.save(&dense), Ok(1));
/// let mut other = Dense::<f32, 3, 2>::ZERO;
/// assert_eq!(slots.load(&mut other), Ok(1));
/// assert_eq!(other.bias, dense.bias);
/// # Ok::<(), SlotError<NorFlashErrorKind>>(())
/// ```
#[derive(Debug)]
pub struct Slots<F> {
    flash: F,
    start: u32,
    /// Bytes of one slot.
    size: u32,
}

impl<F: NorFlash> Slots<F> {
    /// Where the values begin.
    const VALUES: usize = {
        let values = HEADER.next_multiple_of(F::WRITE_SIZE);
        assert!(values <= PIECE, "the flash is written by more than 256 bytes");
        assert!(
            F::WRITE_SIZE.is_multiple_of(F::READ_SIZE),
            "a word that is written is no number of words that are read"
        );
        values
    };

    /// The halves of a range of a flash, in bytes from its start.
    ///
    /// # Errors
    /// If the range is not within the flash, or the halves are not whole units of what the flash erases.
    pub fn new(flash: F, range: Range<u32>) -> Result<Self, SlotError<F::Error>> {
        let capacity = flash.capacity();
        if range.end as usize > capacity {
            return Err(SlotError::OutOfBounds { end: range.end, capacity });
        }
        let (unit, size) = (F::ERASE_SIZE as u32, range.end.saturating_sub(range.start) / 2);
        let whole = |n: u32| n.is_multiple_of(unit);
        if size == 0 || !whole(range.start) || !whole(size) || !whole(range.end) {
            return Err(SlotError::Unaligned { start: range.start, end: range.end, unit });
        }
        Ok(Slots { flash, start: range.start, size })
    }

    /// Writes all parameters and buffers over the older slot, and returns the number of this save: 1, 2, ..
    ///
    /// The weights that [`load`](Self::load) gives are the older ones until the last word is written.
    ///
    /// # Errors
    /// If a slot is too small: nothing is erased then. If the flash fails, or what is read back is not what was written: then
    /// the other slot still has what it had.
    pub fn save<T: Real, P: Params<T>>(&mut self, net: &P) -> Result<u32, SlotError<F::Error>> {
        let values = bytes(net) - super::HEADER;
        let needed = (Self::VALUES + values).next_multiple_of(F::WRITE_SIZE);
        if needed > self.size as usize {
            return Err(SlotError::Small { needed, found: self.size as usize });
        }
        // A slot that cannot be read holds nothing.
        let found = [self.header(0), self.header(1)].map(|header| header.unwrap_or(None));
        // What is kept is the newest of this network; else the newest.
        let own = found.map(|header| header.filter(|header| header.architecture == architecture(net)));
        let kept = newest(own).or_else(|| newest(found));
        let slot = kept.map_or(0, |kept| 1 - kept);
        let last = found.iter().flatten().map(|header| header.number).max();
        let number = last.unwrap_or(0).wrapping_add(1);

        let start = self.start_of(slot);
        self.flash.erase(start, start + self.size).map_err(SlotError::Flash)?;
        let mut header = Header { number, architecture: architecture(net), values: values as u32, sum: 0 };
        let mut writer = Writer::new(&mut self.flash, start + Self::VALUES as u32, header.start());
        net.visit(Path::ROOT, &mut |_, param| {
            for &value in param.values {
                let mut number = [0; 8];
                write(value, &mut number);
                writer.push(number.split_at(size_of::<T>()).0);
            }
        });
        header.sum = writer.end().map_err(SlotError::Flash)?;

        let mut page = [0xFF; PIECE];
        page.iter_mut().zip(header.to_bytes()).for_each(|(to, byte)| *to = byte);
        self.flash.write(start, page.split_at(Self::VALUES).0).map_err(SlotError::Flash)?;
        match self.header(slot).map_err(SlotError::Flash)? {
            Some(found) if found.number == number => Ok(number),
            _ => Err(SlotError::Worn { slot }),
        }
    }

    /// Takes all parameters and buffers from the newer slot that holds weights of this network, whole, and returns the number of
    /// the save that wrote it.
    ///
    /// # Errors
    /// If neither slot does, or the flash fails. The network is as before, unless the flash fails after it was read without
    /// failure to check it.
    pub fn load<T: Real, P: Params<T>>(&mut self, net: &mut P) -> Result<u32, SlotError<F::Error>> {
        let (expected, mut failure) = (architecture(net), SlotError::Empty);
        // A word that was not written to its end may be an error to read: then the other slot counts.
        let own = [self.header(0), self.header(1)].map(|header| match header {
            Ok(Some(header)) if header.architecture == expected => Some(header),
            Ok(Some(header)) => {
                failure = SlotError::Foreign { found: header.architecture, expected };
                None
            }
            Ok(None) => None,
            Err(error) => {
                failure = SlotError::Flash(error);
                None
            }
        });
        let Some((slot, header)) = newest(own).and_then(|slot| Some((slot, own[slot]?))) else {
            return Err(failure);
        };
        let start = self.start_of(slot) + Self::VALUES as u32;
        let mut reader = Reader::new(&mut self.flash, start, header.values as usize);
        net.zip([], Path::ROOT, &mut |_, param, []| {
            for value in param.values {
                let mut number = [0; 8];
                let number = number.split_at_mut(size_of::<T>()).0;
                if reader.pull(number) {
                    *value = read(number);
                }
            }
        });
        reader.end().map_err(SlotError::Flash).map(|()| header.number)
    }

    /// The flash.
    pub fn into_flash(self) -> F {
        self.flash
    }

    fn start_of(&self, slot: usize) -> u32 {
        self.start + slot as u32 * self.size
    }

    /// The header of a slot, if the slot is whole.
    fn header(&mut self, slot: usize) -> Result<Option<Header>, F::Error> {
        let start = self.start_of(slot);
        let mut header = [0; HEADER];
        let mut reader = Reader::new(&mut self.flash, start, HEADER);
        reader.pull(&mut header);
        reader.end()?;
        let Some(header) = Header::from_bytes(header) else { return Ok(None) };
        if header.values as usize > self.size as usize - Self::VALUES {
            return Ok(None);
        }
        let mut reader = Reader::new(&mut self.flash, start + Self::VALUES as u32, header.values as usize);
        let (mut sum, mut byte) = (header.start(), [0]);
        for _ in 0..header.values {
            reader.pull(&mut byte);
            sum = crc(sum, &byte);
        }
        reader.end()?;
        Ok(Some(header).filter(|header| header.sum == !sum))
    }
}

/// The slot that was written last.
fn newest([a, b]: [Option<Header>; 2]) -> Option<usize> {
    match (a, b) {
        (Some(a), Some(b)) => Some(usize::from(b.number.wrapping_sub(a.number) < 1 << 31)),
        (Some(_), None) => Some(0),
        (None, b) => b.map(|_| 1),
    }
}

#[derive(Clone, Copy)]
struct Header {
    number: u32,
    architecture: u64,
    /// Bytes of values.
    values: u32,
    sum: u32,
}

impl Header {
    /// The checksum's start: of all but itself.
    fn start(&self) -> u32 {
        let [_, _, _, _, checked @ .., _, _, _, _] = self.to_bytes();
        crc(!0, &checked)
    }

    fn to_bytes(self) -> [u8; HEADER] {
        let (number, architecture) = (self.number.to_le_bytes(), self.architecture.to_le_bytes());
        let (values, sum) = (self.values.to_le_bytes(), self.sum.to_le_bytes());
        let mut bytes = [0; HEADER];
        let parts = MAGIC.iter().chain(&number).chain(&architecture).chain(&values).chain(&sum);
        bytes.iter_mut().zip(parts).for_each(|(byte, &part)| *byte = part);
        bytes
    }

    fn from_bytes(bytes: [u8; HEADER]) -> Option<Header> {
        let [m, a, g, i, n0, n1, n2, n3, a0, a1, a2, a3, a4, a5, a6, a7, v0, v1, v2, v3, s0, s1, s2, s3] =
            bytes;
        ([m, a, g, i] == MAGIC).then(|| Header {
            number: u32::from_le_bytes([n0, n1, n2, n3]),
            architecture: u64::from_le_bytes([a0, a1, a2, a3, a4, a5, a6, a7]),
            values: u32::from_le_bytes([v0, v1, v2, v3]),
            sum: u32::from_le_bytes([s0, s1, s2, s3]),
        })
    }
}

/// Writes bytes one behind the other, in whole words.
struct Writer<'f, F: NorFlash> {
    flash: &'f mut F,
    at: u32,
    piece: [u8; PIECE],
    len: usize,
    sum: u32,
    outcome: Result<(), F::Error>,
}

impl<'f, F: NorFlash> Writer<'f, F> {
    const LEN: usize = PIECE / F::WRITE_SIZE * F::WRITE_SIZE;

    fn new(flash: &'f mut F, at: u32, sum: u32) -> Self {
        Writer { flash, at, piece: [0xFF; PIECE], len: 0, sum, outcome: Ok(()) }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.sum = crc(self.sum, bytes);
        for &byte in bytes {
            self.piece[self.len] = byte;
            self.len += 1;
            if self.len == Self::LEN {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        let len = self.len.next_multiple_of(F::WRITE_SIZE);
        if self.outcome.is_ok() && len > 0 {
            self.outcome = self.flash.write(self.at, &self.piece[..len]);
        }
        self.at += len as u32;
        (self.piece, self.len) = ([0xFF; PIECE], 0);
    }

    /// The checksum of all.
    fn end(mut self) -> Result<u32, F::Error> {
        self.flush();
        self.outcome.map(|()| !self.sum)
    }
}

/// Reads some bytes one behind the other, in whole words, and none behind them: those may be another slot's.
struct Reader<'f, F: NorFlash> {
    flash: &'f mut F,
    at: u32,
    /// Bytes that are still to be read.
    left: usize,
    piece: [u8; PIECE],
    /// What has been taken of `piece`, which holds `len` bytes.
    taken: usize,
    len: usize,
    outcome: Result<(), F::Error>,
}

impl<'f, F: NorFlash> Reader<'f, F> {
    const LEN: usize = PIECE / F::READ_SIZE * F::READ_SIZE;

    fn new(flash: &'f mut F, at: u32, bytes: usize) -> Self {
        Reader {
            flash,
            at,
            left: bytes.next_multiple_of(F::READ_SIZE),
            piece: [0; PIECE],
            taken: 0,
            len: 0,
            outcome: Ok(()),
        }
    }

    /// Fills `bytes`, and says whether the flash gave them.
    fn pull(&mut self, bytes: &mut [u8]) -> bool {
        for byte in bytes {
            if self.taken == self.len && self.outcome.is_ok() {
                (self.taken, self.len) = (0, Self::LEN.min(self.left));
                self.outcome = self.flash.read(self.at, &mut self.piece[..self.len]);
                self.at += self.len as u32;
                self.left -= self.len;
            }
            *byte = self.piece.get(self.taken).copied().unwrap_or(0xFF);
            self.taken += 1;
        }
        self.outcome.is_ok()
    }

    fn end(self) -> Result<(), F::Error> {
        self.outcome
    }
}

/// Why weights could not be saved to a slot, or loaded from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotError<E> {
    /// The range is not within the flash.
    OutOfBounds {
        /// Where it ends.
        end: u32,
        /// Bytes of the flash.
        capacity: usize,
    },
    /// The halves of the range are not whole units of what the flash erases.
    Unaligned {
        /// Where the range starts.
        start: u32,
        /// Where it ends.
        end: u32,
        /// What the flash erases together.
        unit: u32,
    },
    /// A slot has fewer bytes than the network takes.
    Small {
        /// Bytes that the network takes.
        needed: usize,
        /// Bytes of a slot.
        found: usize,
    },
    /// Neither slot holds weights.
    Empty,
    /// The slots hold weights of networks with other names, shapes or scalars.
    Foreign {
        /// The [`architecture`] of one.
        found: u64,
        /// That of the network.
        expected: u64,
    },
    /// What is read is not what was written: the flash is worn out, or another has written to it.
    Worn {
        /// The slot, 0 or 1.
        slot: usize,
    },
    /// The flash failed.
    Flash(E),
}

impl<E: fmt::Debug> fmt::Display for SlotError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SlotError::OutOfBounds { end, capacity } => {
                write!(f, "the slots end at {end}, but the flash has {capacity} bytes")
            }
            SlotError::Unaligned { start, end, unit } => {
                write!(
                    f,
                    "the slots are the halves of {start}..{end}, but the flash erases {unit} bytes together"
                )
            }
            SlotError::Small { needed, found } => {
                write!(f, "a slot has {found} bytes, but the network takes {needed}")
            }
            SlotError::Empty => f.write_str("neither slot holds weights"),
            SlotError::Foreign { found, expected } => {
                write!(f, "the weights of another network: its hash is {found:#018x}, here {expected:#018x}")
            }
            SlotError::Worn { slot } => write!(f, "slot {slot} does not read as it was written"),
            SlotError::Flash(error) => write!(f, "the flash failed: {error:?}"),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for SlotError<E> {}
