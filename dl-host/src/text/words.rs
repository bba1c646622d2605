//! Words as tokens.

use std::collections::HashMap;
use std::path::Path;

use super::{Tokenizer, check_vocab, stored};
use crate::{Error, Result};

const KIND: &str = "words";
const MARKS: [&str; 2] = ["<pad>", "<unk>"];

/// What stands between white space is a token, if it was met often enough.
///
/// Token 0 is padding, token 1 every unknown word; then come marks of one's own, if there are any, and the words, the
/// most frequent first and in alphabetical order where they are equally frequent.
///
/// ```
/// use dl_host::text::{Tokenizer, Words};
///
/// let words = Words::of(["the film is good", "the end is near"], 2)?;
/// assert_eq!(words.vocab(), 4); // padding, unknown, `is`, `the`
/// assert_eq!(words.encode("the film is over")?, [3, Words::UNKNOWN, 2, Words::UNKNOWN]);
/// assert_eq!(words.decode(&[3, 1, 2, 0, 0]), "the <unk> is");
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    words: Vec<String>,
    tokens: HashMap<String, u16>,
}

impl Words {
    /// The token of padding.
    pub const PADDING: u16 = 0;
    /// The token of all words that are unknown.
    pub const UNKNOWN: u16 = 1;

    /// The words that the texts have at least `min_count` times.
    ///
    /// ```
    /// use dl_host::text::{Tokenizer, Words};
    ///
    /// assert_eq!(Words::of(["a rose is a rose"], 1)?.vocab(), 2 + 3);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are more than 65,534.
    pub fn of<S: AsRef<str>>(texts: impl IntoIterator<Item = S>, min_count: usize) -> Result<Self> {
        Words::with_marks(&[], texts, min_count)
    }

    /// The same with marks of one's own behind padding and unknown, such as a start and an end.
    ///
    /// ```
    /// use dl_host::text::{Tokenizer, Words};
    ///
    /// let words = Words::with_marks(&["<start>", "<end>"], ["good day"], 1)?;
    /// assert_eq!(words.encode("<start> good day <end>")?, [2, 5, 4, 3]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there are more than 65,536 tokens in all, or a mark is there twice or has white space.
    pub fn with_marks<S: AsRef<str>>(
        marks: &[&str],
        texts: impl IntoIterator<Item = S>,
        min_count: usize,
    ) -> Result<Self> {
        let mut counts = HashMap::<String, usize>::new();
        for text in texts {
            for word in text.as_ref().split_whitespace() {
                match counts.get_mut(word) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(word.to_owned(), 1)),
                }
            }
        }
        let marks = || MARKS.iter().chain(marks).copied();
        counts.retain(|word, _| !marks().any(|mark| mark == word));
        let mut frequent: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= min_count).collect();
        frequent.sort_unstable_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        let words = marks().map(str::to_owned).chain(frequent.into_iter().map(|(word, _)| word)).collect();
        Words::new(words, |_, word| Error::setting("marks", format_args!("{word:?}"), WORD))
    }

    fn new(words: Vec<String>, error: impl Fn(usize, &str) -> Error) -> Result<Self> {
        check_vocab(words.len())?;
        let mut tokens = HashMap::with_capacity(words.len());
        for (i, word) in words.iter().enumerate() {
            let is_word = !word.is_empty() && !word.contains(char::is_whitespace);
            if !is_word || tokens.insert(word.clone(), i as u16).is_some() {
                return Err(error(i, word));
            }
        }
        Ok(Words { words, tokens })
    }

    /// The token of a word or a mark.
    ///
    /// ```
    /// use dl_host::text::Words;
    ///
    /// let words = Words::with_marks(&["<end>"], ["good day"], 1)?;
    /// assert_eq!((words.token("<end>"), words.token("good"), words.token("bad")), (Some(2), Some(4), None));
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn token(&self, word: &str) -> Option<u16> {
        self.tokens.get(word).copied()
    }

    /// Writes the vocabulary, as JSON that people can read; the file appears when it is complete.
    ///
    /// ```
    /// use dl_host::text::Words;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("words.json");
    /// let words = Words::of(["to be or not to be"], 1)?;
    /// words.save(&path)?;
    /// assert_eq!(Words::load(&path)?, words);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        stored::write(path.as_ref(), KIND, self.words.clone())
    }

    /// What [`save`](Words::save) wrote.
    ///
    /// ```
    /// use dl_host::text::Words;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("words.json");
    /// std::fs::write(&path, r#"{ "kind": "words", "entries": ["<pad>", "<unk>", "good"] }"#)?;
    /// assert_eq!(Words::load(&path)?.token("good"), Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or holds no such vocabulary.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let words = stored::read(path, KIND)?;
        if !words.starts_with(&MARKS.map(str::to_owned)) {
            let found = format_args!("{:?}", &words[..words.len().min(2)]).to_string();
            return Err(Error::content(path, "entries", found, "`<pad>` and `<unk>` at the beginning"));
        }
        Words::new(words, |i, word| {
            Error::content(path, format_args!("entry {i}"), format_args!("{word:?}"), WORD)
        })
    }
}

const WORD: &str = "a word without white space that is not there before";

impl Tokenizer for Words {
    fn vocab(&self) -> usize {
        self.words.len()
    }

    /// Nothing is an error: what is unknown is [`UNKNOWN`](Words::UNKNOWN).
    fn encode(&self, text: &str) -> Result<Vec<u16>> {
        Ok(text.split_whitespace().map(|word| self.token(word).unwrap_or(Words::UNKNOWN)).collect())
    }

    /// The words with spaces between them, without padding.
    fn decode(&self, tokens: &[u16]) -> String {
        let of = |token: u16| self.words.get(usize::from(token)).map_or("\u{fffd}", String::as_str);
        let shown = tokens.iter().filter(|token| **token != Words::PADDING);
        shown.map(|&token| of(token)).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_words_come_first_and_rare_ones_are_unknown() {
        let words = Words::of(["b a c", "b\ta  d", "c\nb"], 2).unwrap();
        assert_eq!(words.words, ["<pad>", "<unk>", "b", "a", "c"]);
        assert_eq!(words.encode("d a\u{a0}b").unwrap(), [1, 3, 2]);
        let text = "b c a b";
        assert_eq!(words.decode(&words.encode(text).unwrap()), text);
        assert_eq!(words.decode(&[2, 0, 77]), "b \u{fffd}");
    }

    #[test]
    fn a_text_cannot_bring_a_mark_in_twice() {
        let words = Words::with_marks(&["<end>"], ["<end> <unk> a <end>"], 1).unwrap();
        assert_eq!(words.words, ["<pad>", "<unk>", "<end>", "a"]);
        for mark in ["<unk>", "the end", ""] {
            let error = Words::with_marks(&[mark], ["a"], 1).unwrap_err().to_string();
            assert_eq!(error, format!("marks: found {mark:?}, expected {WORD}"));
        }
    }

    #[test]
    fn more_than_65536_words_are_an_error() {
        let texts = || (0..65_535).map(|i| i.to_string());
        assert!(Words::of(texts(), 1).is_err());
        assert_eq!(Words::of(texts().skip(1), 1).unwrap().vocab(), 65_536);
    }

    #[test]
    fn a_damaged_vocabulary_is_an_error_that_names_the_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for (entries, message) in [
            (r#"["<pad>", "<unk>", "a", "a"]"#, format!("entry 3: found \"a\", expected {WORD}")),
            (r#"["<pad>", "<unk>", "a b"]"#, format!("entry 2: found \"a b\", expected {WORD}")),
            (
                r#"["<unk>"]"#,
                "entries: found [\"<unk>\"], expected `<pad>` and `<unk>` at the beginning".into(),
            ),
        ] {
            std::fs::write(&path, format!(r#"{{ "kind": "words", "entries": {entries} }}"#)).unwrap();
            let error = Words::load(&path).unwrap_err().to_string();
            assert_eq!(error, format!("{}: {message}", path.display()));
        }
    }
}
