//! The FNV-1a hash, of 64 bits.

use core::fmt;

/// What has been hashed so far.
#[derive(Clone, Copy)]
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) const NEW: Fnv = Fnv(0xcbf2_9ce4_8422_2325);

    /// Goes on with some bytes.
    pub(crate) const fn add(mut self, bytes: &[u8]) -> Fnv {
        let mut i = 0;
        while i < bytes.len() {
            self.0 = (self.0 ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        self
    }

    pub(crate) const fn value(self) -> u64 {
        self.0
    }
}

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        *self = self.add(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_its_authors() {
        assert_eq!(Fnv::NEW.add(b"foobar").value(), 0x8594_4171_f739_67e8);
    }
}
