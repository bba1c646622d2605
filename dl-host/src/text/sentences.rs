//! Sentences of different lengths, padded to one.

use std::path::Path;

use dl_core::train::Padded;

use crate::{Error, Result};

/// What happens to a sentence with more tokens than there is room for.
///
/// ```
/// use dl_host::text::{Sentences, TooLong};
///
/// let long = [vec![7, 8, 9]];
/// assert_eq!(Sentences::<2>::pad(&long, 0, TooLong::Cut)?.tokens, [[7, 8]]);
/// assert!(Sentences::<2>::pad(&long, 0, TooLong::Error).is_err());
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLong {
    /// Its end is cut off.
    Cut,
    /// It is an error.
    Error,
}

/// Sentences of tokens, padded to `N`, and how many tokens of each are its own.
///
/// ```
/// use dl_core::Tokens;
/// use dl_core::train::Dataset;
/// use dl_host::text::{Sentences, TooLong};
///
/// let sentences = Sentences::<4>::pad([vec![7, 3], vec![5, 1, 2]], 0, TooLong::Error)?;
/// assert_eq!(sentences.tokens, [[7, 3, 0, 0], [5, 1, 2, 0]]);
/// assert_eq!(sentences.steps, [2, 3]);
///
/// let classes = [1_u16, 0];
/// let data = sentences.with(&classes); // for a trainer
/// assert_eq!(Dataset::<f32, Tokens<4>, Tokens<1>>::steps(&data, 1), 3);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[doc(alias = "pad_sequence")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentences<const N: usize> {
    /// The tokens of each sentence, then padding.
    pub tokens: Vec<[u16; N]>,
    /// How many tokens of each are no padding.
    pub steps: Vec<u16>,
}

impl<const N: usize> Sentences<N> {
    /// Pads sentences to `N` tokens.
    ///
    /// ```
    /// use dl_host::text::{Sentences, TooLong};
    ///
    /// let error = Sentences::<2>::pad([vec![4], vec![7, 8, 9]], 0, TooLong::Error).unwrap_err().to_string();
    /// assert_eq!(error, "(tokens): sentence 1: found 3 tokens, expected at most 2");
    /// ```
    ///
    /// # Errors
    ///
    /// If a sentence is longer and [`TooLong::Error`] is said.
    pub fn pad<S: AsRef<[u16]>>(
        sentences: impl IntoIterator<Item = S>,
        padding: u16,
        too_long: TooLong,
    ) -> Result<Self> {
        const {
            assert!(
                N < u16::MAX as usize,
                "a length is a `u16`, and the largest says that there is no padding"
            )
        }
        let mut padded = Sentences { tokens: Vec::new(), steps: Vec::new() };
        for (i, sentence) in sentences.into_iter().enumerate() {
            let sentence = sentence.as_ref();
            if sentence.len() > N && too_long == TooLong::Error {
                let (place, found) = (format!("sentence {i}"), format!("{} tokens", sentence.len()));
                return Err(Error::content(Path::new("(tokens)"), place, found, format_args!("at most {N}")));
            }
            let own = sentence.len().min(N);
            let mut tokens = [padding; N];
            tokens[..own].copy_from_slice(&sentence[..own]);
            padded.tokens.push(tokens);
            padded.steps.push(own as u16);
        }
        Ok(padded)
    }

    /// A data set of these sentences with their targets, which are what [`Samples`](dl_core::train::Samples) can be.
    ///
    /// ```
    /// use dl_core::Tokens;
    /// use dl_core::train::Dataset;
    /// use dl_host::text::{Sentences, TooLong};
    ///
    /// let sentences = Sentences::<4>::pad([vec![7, 3]], 0, TooLong::Cut)?;
    /// let of_each_word = [[1_u16, 0, 0, 0]];
    /// assert_eq!(Dataset::<f32, Tokens<4>, Tokens<4>>::len(&sentences.with(&of_each_word)), 1);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn with<'a, L: ?Sized>(&'a self, targets: &'a L) -> Padded<'a, (&'a [[u16; N]], &'a L), u16> {
        Padded { data: (&self.tokens, targets), steps: &self.steps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_cut_only_if_that_is_asked_for() {
        let sentences = [vec![1, 2, 3], vec![], vec![4, 5, 6, 7]];
        let padded = Sentences::<3>::pad(&sentences, 9, TooLong::Cut).unwrap();
        assert_eq!(padded.tokens, [[1, 2, 3], [9, 9, 9], [4, 5, 6]]);
        assert_eq!(padded.steps, [3, 0, 3]);
        assert!(Sentences::<3>::pad(&sentences, 9, TooLong::Error).is_err());
        assert!(Sentences::<3>::pad(&sentences[..2], 9, TooLong::Error).is_ok());
    }
}
