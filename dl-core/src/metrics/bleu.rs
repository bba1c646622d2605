//! BLEU of translations.

use super::Score;
use crate::math;

/// How much of translations stands in references too, from 0 to 100: BLEU over a corpus, of one to `N` words in a row.
///
/// | symbol | meaning                                                                                        |
/// |--------|------------------------------------------------------------------------------------------------|
/// | `aₙ`   | how many times `n` words in a row stand in the outputs                                         |
/// | `mₙ`   | how many of them are right: each counts as often as the one reference has it that has it most  |
/// | `c`    | words of the outputs                                                                           |
/// | `r`    | words of the references, of each output the one whose length is closest, of two the shorter    |
///
/// - value: `100 min(1, exp(1 − r / c)) (∏ mₙ / aₙ)^(1/N)`, all sums over all sentences
///
/// There is no smoothing: where no `N` words in a row are right it is 0. NaN before anything was counted. Words are whatever
/// compares: text, or tokens. Values compare only over the same way to split words, punctuation and capitals included. (Papineni
/// et al.: *BLEU: a Method for Automatic Evaluation of Machine Translation*, 2002.)
///
/// ```
/// use dl_core::metrics::{Bleu, Score};
///
/// let mut bleu = Bleu::new();
/// let words = |text: &'static str| text.split(' ').collect::<Vec<_>>();
/// let references = [words("the cat is on the mat ."), words("a cat sat on the mat .")];
/// bleu.update(&words("the cat sat on the mat ."), &references);
/// bleu.update(&words("a dog runs in the park"), &[words("the dog runs in a park .")]);
/// assert!((bleu.value() - 59.7317).abs() < 1e-4);
/// ```
#[doc(alias = "bleu_score")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bleu<const N: usize = 4> {
    /// `mₙ`
    pub right: [u64; N],
    /// `aₙ`
    pub seen: [u64; N],
    /// `c`
    pub words: u64,
    /// `r`
    pub closest: u64,
}

impl Bleu {
    /// Of one to four words, as is usual.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::Bleu::new().words, 0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const N: usize> Bleu<N> {
    /// Of one to `N` words.
    ///
    /// ```
    /// use dl_core::metrics::{Bleu, Score};
    ///
    /// let mut of_words = Bleu::<1>::DEFAULT;
    /// of_words.update(&[3, 1, 4, 1], &[[1, 2, 3, 5]]);
    /// assert_eq!(of_words.value(), 50.0);
    /// ```
    pub const DEFAULT: Self = Bleu { right: [0; N], seen: [0; N], words: 0, closest: 0 };

    /// Takes in a translation and its references, of which nothing is right if there are none.
    ///
    /// ```
    /// use dl_core::metrics::Bleu;
    ///
    /// let mut bleu = Bleu::<2>::DEFAULT;
    /// bleu.update(&["a", "a", "a"], &[vec!["a", "a"], vec!["a", "b", "a", "c"]]);
    /// assert_eq!((bleu.right, bleu.seen), ([2, 1], [3, 2]));
    /// assert_eq!((bleu.words, bleu.closest), (3, 2)); // as close as 4, and shorter
    /// ```
    pub fn update<W: PartialEq, R: AsRef<[W]>>(&mut self, output: &[W], references: &[R]) {
        let lengths = references.iter().map(|reference| reference.as_ref().len());
        let closest = lengths.min_by_key(|len| (len.abs_diff(output.len()), *len));
        self.words += output.len() as u64;
        self.closest += closest.unwrap_or(0) as u64;
        for (n, (right, seen)) in (1..).zip(self.right.iter_mut().zip(&mut self.seen)) {
            let times = |text: &[W], gram: &[W]| text.windows(n).filter(|other| *other == gram).count();
            for (at, gram) in output.windows(n).enumerate() {
                *seen += 1;
                if times(&output[..at + n - 1], gram) > 0 {
                    continue; // counted where it was first
                }
                let most = references.iter().map(|reference| times(reference.as_ref(), gram)).max();
                *right += times(output, gram).min(most.unwrap_or(0)) as u64;
            }
        }
    }
}

impl<const N: usize> Default for Bleu<N> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const N: usize> Score for Bleu<N> {
    const NAME: &'static str = "BLEU";
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        if self.words == 0 && self.closest == 0 {
            return f64::NAN;
        }
        if self.right.contains(&0) {
            return 0.0;
        }
        let precision = |(&right, &seen): (&u64, &u64)| math::ln(right as f64 / seen as f64);
        let mean = self.right.iter().zip(&self.seen).map(precision).sum::<f64>() / N as f64;
        let brevity = (1.0 - self.closest as f64 / self.words as f64).min(0.0);
        100.0 * math::exp(brevity + mean)
    }

    fn reset(&mut self) {
        *self = Self::DEFAULT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(output: &[u16], references: &[&[u16]]) -> f64 {
        let mut bleu = Bleu::new();
        bleu.update(output, references);
        bleu.value()
    }

    #[test]
    fn a_copy_of_a_reference_is_worth_100_and_a_part_of_one_is_short() {
        assert_eq!(of(&[1, 2, 3, 4, 5], &[&[9, 9], &[1, 2, 3, 4, 5]]), 100.0);
        let short = 100.0 * (1.0_f64 - 8.0 / 4.0).exp();
        assert!((of(&[1, 2, 3, 4], &[&[1, 2, 3, 4, 5, 6, 7, 8]]) - short).abs() < 1e-12);
        assert_eq!(of(&[1, 2, 3, 4], &[&[1, 2, 3, 4, 5], &[1, 2, 9]]), 100.0, "3 words are as close as 5");
    }

    #[test]
    fn without_four_right_words_in_a_row_it_is_zero() {
        assert_eq!(of(&[1, 2, 3, 9, 4, 5], &[&[1, 2, 3, 4, 5, 6]]), 0.0);
        assert_eq!(of(&[1, 2, 3], &[&[1, 2, 3]]), 0.0);
        assert_eq!(of(&[], &[&[1]]), 0.0);
        assert_eq!(of(&[1, 2, 3, 4], &[]), 0.0);
        assert!(Bleu::new().value().is_nan());
    }

    #[test]
    fn a_word_counts_as_often_as_one_reference_has_it() {
        let mut bleu = Bleu::<1>::DEFAULT;
        bleu.update(&[7; 7], &[&[7, 1, 2, 3, 7, 5][..], &[4, 7, 7, 7, 8, 9, 1]]);
        assert_eq!((bleu.right, bleu.seen, bleu.closest), ([3], [7], 7));
        bleu.reset();
        assert_eq!(bleu, Bleu::DEFAULT);
    }

    #[test]
    fn sums_are_over_the_corpus_and_not_means_of_sentences() {
        let mut bleu = Bleu::<2>::DEFAULT;
        bleu.update(&[1, 2, 3], &[[1, 2, 4]]);
        bleu.update(&[5, 6], &[[5, 6]]);
        // 4 of 5 words, 2 of 3 pairs
        assert!((bleu.value() - 100.0 * (0.8_f64 * 2.0 / 3.0).sqrt()).abs() < 1e-12);
    }
}
