//! Text for networks that take tokens: tokenizers, vocabularies on disk, padded sentences.
//!
//! | tokenizer | a token is | what it does not know |
//! |---|---|---|
//! | [`Bytes`] | a byte of UTF-8: 256 of them | nothing |
//! | [`Characters`] | a character of the text that it was made of | is an error |
//! | [`Words`] | what stands between white space | is the token `<unk>` |
//! | [`BytePairs`] | a piece of a word, learned from a text | nothing: any text is made of bytes |
//!
//! [`Windows`](dl_core::train::Windows) of the tokens of a long text are what a language model trains on,
//! [`Sentences`] what a classifier does; [`Sampler`](dl_core::Sampler) chooses the next token of a text that grows,
//! [`BeamSearch`](dl_core::BeamSearch) all tokens of an answer. [`split_punctuation`] makes words of signs.
//!
//! ```
//! use dl_host::text::{Characters, Tokenizer};
//!
//! let text = "to be, or not to be";
//! let characters = Characters::of(text)?;
//! let tokens = characters.encode(text)?;
//! assert_eq!((characters.vocab(), &tokens[..2]), (8, &[7, 5][..]));
//! assert_eq!(characters.decode(&tokens), text);
//! # Ok::<(), dl_host::Error>(())
//! ```

use std::path::Path;

use crate::data::source::Source;
use crate::{Error, Result};

mod byte_pairs;
mod bytes;
mod characters;
mod pieces;
mod punctuation;
mod sentences;
mod stored;
mod words;

pub use byte_pairs::BytePairs;
pub use bytes::Bytes;
pub use characters::Characters;
pub use punctuation::split_punctuation;
pub use sentences::{Sentences, TooLong};
pub use words::Words;

/// Text to tokens, and back.
///
/// ```
/// use dl_host::text::{Bytes, Tokenizer, Words};
///
/// fn tokens(tokenizer: &dyn Tokenizer, text: &str) -> dl_host::Result<usize> {
///     Ok(tokenizer.encode(text)?.len())
/// }
/// let words = Words::of(["good", "bad"], 1)?;
/// assert_eq!((tokens(&Bytes, "good day")?, tokens(&words, "good day")?), (8, 2));
/// # Ok::<(), dl_host::Error>(())
/// ```
pub trait Tokenizer {
    /// How many tokens there are: what a network's `Embedding` needs, at most 65,536.
    fn vocab(&self) -> usize;

    /// The tokens of a text.
    ///
    /// # Errors
    ///
    /// If a tokenizer that knows no unknown token meets something unknown.
    fn encode(&self, text: &str) -> Result<Vec<u16>>;

    /// The text of tokens. What is no token, or no UTF-8, becomes `�`.
    fn decode(&self, tokens: &[u16]) -> String;
}

/// The whole text of a file in UTF-8, plain or compressed (`.gz`).
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("poem.txt");
/// std::fs::write(&path, "O Freunde")?;
/// assert_eq!(dl_host::text::read(&path)?, "O Freunde");
/// std::fs::write(&path, b"O Fr\xe9")?;
/// let error = dl_host::text::read(&path).unwrap_err().to_string();
/// assert!(error.ends_with("poem.txt: byte 4: found the byte 0xe9, expected text in UTF-8"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the file cannot be read, or is not UTF-8.
pub fn read(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    let bytes = Source::open(path)?.rest(u64::MAX, "text")?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let found = format_args!("the byte {:#04x}", error.as_bytes()[at]).to_string();
        Error::content(path, format_args!("byte {at}"), found, "text in UTF-8")
    })
}

/// Sentences and their classes from a file with a sentence, a tab and a class in each line.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("reviews.tsv");
/// std::fs::write(&path, "what fun\t1\nthe end , at last\t0\n")?;
/// let (sentences, classes) = dl_host::text::read_labelled(&path)?;
/// assert_eq!((sentences[1].as_str(), classes), ("the end , at last", vec![1, 0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the file cannot be read, or a line has no class from 0 to 65,535 behind its last tab.
pub fn read_labelled(path: impl AsRef<Path>) -> Result<(Vec<String>, Vec<u16>)> {
    let path = path.as_ref();
    let text = read(path)?;
    let rows = text.split_terminator('\n').enumerate().map(|(i, line)| {
        let parts = line.trim_end_matches('\r').rsplit_once('\t');
        let labelled =
            parts.and_then(|(sentence, class)| Some((sentence.to_owned(), class.parse::<u16>().ok()?)));
        labelled.ok_or_else(|| {
            let expected = "a sentence, a tab and a class from 0 to 65535";
            Error::content(path, format_args!("line {}", i + 1), format_args!("`{line}`"), expected)
        })
    });
    rows.collect()
}

/// That there are not more tokens than a `u16` can tell apart.
fn check_vocab(tokens: usize) -> Result<()> {
    if tokens <= 1 << 16 {
        Ok(())
    } else {
        Err(Error::setting("size of the vocabulary", tokens, "at most 65536 tokens"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_class_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        for (line, found) in [("no tab", "`no tab`"), ("a\tgood", "`a\tgood`"), ("", "``")] {
            std::fs::write(&path, format!("fine\t1\r\n{line}\nlast\t0")).unwrap();
            let error = read_labelled(&path).unwrap_err().to_string();
            let expected =
                format!("line 2: found {found}, expected a sentence, a tab and a class from 0 to 65535");
            assert!(error.ends_with(&expected), "{error}");
        }
    }

    #[test]
    fn a_vocabulary_has_at_most_65536_tokens() {
        assert!(check_vocab(65_536).is_ok());
        let error = check_vocab(65_537).unwrap_err().to_string();
        assert_eq!(error, "size of the vocabulary: found 65537, expected at most 65536 tokens");
    }
}
