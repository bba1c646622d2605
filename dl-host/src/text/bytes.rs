//! Bytes as tokens.

use super::Tokenizer;
use crate::Result;

/// Each byte of the text in UTF-8 is a token: 256 of them, and nothing to learn or to save.
///
/// ```
/// use dl_host::text::{Bytes, Tokenizer};
///
/// assert_eq!(Bytes.encode("hé")?, [104, 195, 169]);
/// assert_eq!(Bytes.decode(&[104, 195, 169]), "hé");
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Bytes;

impl Tokenizer for Bytes {
    fn vocab(&self) -> usize {
        256
    }

    fn encode(&self, text: &str) -> Result<Vec<u16>> {
        Ok(text.bytes().map(u16::from).collect())
    }

    fn decode(&self, tokens: &[u16]) -> String {
        // no UTF-8 has the byte 255
        let bytes = tokens.iter().map(|&token| u8::try_from(token).unwrap_or(u8::MAX)).collect::<Vec<_>>();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_and_what_is_no_text_is_marked() {
        let text = "naïve 🦀\n";
        assert_eq!(Bytes.decode(&Bytes.encode(text).unwrap()), text);
        assert_eq!(Bytes.decode(&[104, 195, 300]), "h\u{fffd}\u{fffd}");
    }
}
