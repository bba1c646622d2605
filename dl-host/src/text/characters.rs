//! Characters as tokens.

use std::path::Path;

use super::{Tokenizer, check_vocab, stored};
use crate::{Error, Result};

const KIND: &str = "characters";

/// Each character of a text is a token, numbered by its code.
///
/// A character is a Unicode scalar value. One that the text did not have cannot be encoded.
///
/// ```
/// use dl_host::text::{Characters, Tokenizer};
///
/// let characters = Characters::of("hello")?;
/// assert_eq!(characters.encode("hole")?, [1, 3, 2, 0]); // e h l o
/// let error = characters.encode("help").unwrap_err().to_string();
/// assert_eq!(error, "(text): character 4: found 'p', expected one of the 4 characters of the vocabulary");
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Characters {
    /// In the order of their codes.
    characters: Vec<char>,
}

impl Characters {
    /// The characters of a text.
    ///
    /// ```
    /// use dl_host::text::{Characters, Tokenizer};
    ///
    /// assert_eq!(Characters::of("abracadabra")?.vocab(), 5);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are more than 65,536 different ones.
    pub fn of(text: &str) -> Result<Self> {
        let characters: Vec<char> =
            text.chars().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        check_vocab(characters.len())?;
        Ok(Characters { characters })
    }

    /// The token of a character.
    ///
    /// ```
    /// let characters = dl_host::text::Characters::of("hello")?;
    /// assert_eq!((characters.token('l'), characters.token('p')), (Some(2), None));
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn token(&self, character: char) -> Option<u16> {
        self.characters.binary_search(&character).ok().map(|token| token as u16)
    }

    /// Writes the vocabulary, as JSON that people can read; the file appears when it is complete.
    ///
    /// ```
    /// use dl_host::text::Characters;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("characters.json");
    /// let characters = Characters::of("to be")?;
    /// characters.save(&path)?;
    /// assert_eq!(Characters::load(&path)?, characters);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        stored::write(path.as_ref(), KIND, self.characters.iter().map(char::to_string).collect())
    }

    /// What [`save`](Characters::save) wrote.
    ///
    /// ```
    /// use dl_host::text::Characters;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("characters.json");
    /// std::fs::write(&path, r#"{ "kind": "characters", "entries": ["a", "b"] }"#)?;
    /// assert_eq!(Characters::load(&path)?, Characters::of("ab")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or holds no such vocabulary.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let entries = stored::read(path, KIND)?;
        let mut characters: Vec<char> = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            let mut rest = entry.chars();
            match (rest.next(), rest.next()) {
                (Some(c), None) if characters.last().is_none_or(|&last| last < c) => characters.push(c),
                _ => {
                    let expected = "one character, with a code above the one before it";
                    return Err(Error::content(
                        path,
                        format_args!("entry {i}"),
                        format_args!("{entry:?}"),
                        expected,
                    ));
                }
            }
        }
        Ok(Characters { characters })
    }
}

impl Tokenizer for Characters {
    fn vocab(&self) -> usize {
        self.characters.len()
    }

    fn encode(&self, text: &str) -> Result<Vec<u16>> {
        let tokens = text.chars().enumerate().map(|(i, c)| {
            self.token(c).ok_or_else(|| {
                let expected =
                    format_args!("one of the {} characters of the vocabulary", self.vocab()).to_string();
                Error::content(
                    Path::new("(text)"),
                    format_args!("character {}", i + 1),
                    format_args!("{c:?}"),
                    expected,
                )
            })
        });
        tokens.collect()
    }

    fn decode(&self, tokens: &[u16]) -> String {
        let of = |&token: &u16| self.characters.get(usize::from(token)).copied();
        tokens.iter().map(|token| of(token).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn tokens_follow_the_codes() {
        let characters = Characters::of("b\na é").unwrap();
        assert_eq!(characters.encode("\n abé").unwrap(), [0, 1, 2, 3, 4]);
        assert_eq!(characters.decode(&[4, 9]), "é\u{fffd}");
        assert_eq!(Characters::of("").unwrap().vocab(), 0);
    }

    #[test]
    fn a_text_of_too_many_characters_is_an_error() {
        let text: String = ('\0'..=char::MAX).take(65_537).collect();
        assert!(Characters::of(&text).is_err());
        assert_eq!(Characters::of(&text[1..]).unwrap().vocab(), 65_536);
    }

    #[test]
    fn a_damaged_vocabulary_is_an_error_that_names_the_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for (entries, found) in
            [(r#"["a", "bc"]"#, "\"bc\""), (r#"["b", "a"]"#, "\"a\""), (r#"["a", ""]"#, "\"\"")]
        {
            std::fs::write(&path, format!(r#"{{ "kind": "characters", "entries": {entries} }}"#)).unwrap();
            let error = Characters::load(&path).unwrap_err().to_string();
            assert!(
                error.contains(&format!("a.json: entry 1: found {found}, expected one character")),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_also_by_a_saved_vocabulary(text: String) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("characters.json");
            Characters::of(&text).unwrap().save(&path).unwrap();
            let characters = Characters::load(&path).unwrap();
            prop_assert_eq!(characters.decode(&characters.encode(&text).unwrap()), text);
        }
    }
}
