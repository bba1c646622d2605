//! Bytes inside a text.

use std::fmt::{self, Display, Write};

pub(super) const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text (RFC 4648): six bits a letter, `=` up to a multiple of four.
pub(super) struct Base64<'a>(pub(super) &'a [u8]);

impl Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bytes in self.0.chunks(3) {
            let bits = (0..3).fold(0_usize, |bits, i| bits << 8 | usize::from(*bytes.get(i).unwrap_or(&0)));
            for letter in 0..4 {
                let known = letter <= bytes.len();
                f.write_char(if known { LETTERS[bits >> (18 - 6 * letter) & 63].into() } else { '=' })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_the_letters_of_the_standard() {
        let texts =
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| Base64(text.as_bytes()).to_string());
        assert_eq!(texts, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
        assert_eq!(Base64(&[0xfb, 0xff, 0xfe]).to_string(), "+//+");
    }
}
