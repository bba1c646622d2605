//! Pairs of sentences: those to learn from, and sentences with all their translations to be judged by.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use dl::host::data::split;
use dl::host::text::{self, Sentences, Tokenizer, TooLong, Words, split_punctuation};
use dl::train::Padded;

use crate::{END, SOURCE, START, TARGET};

/// English sentences to be judged by, and pairs to learn from.
const TEST: usize = 1000;
const TRAIN: usize = 15_000;

/// All text has spaces between words and signs, and no capitals.
pub(crate) struct Pairs {
    pub(crate) train: Vec<(String, String)>,
    pub(crate) test: Vec<(String, Vec<String>)>,
}

impl Pairs {
    /// Reads lines of an English and a Swedish sentence with tabs behind both, and deals out the English sentences at random.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let mut sentences = Vec::<(String, Vec<String>)>::new();
        let mut known = HashMap::new();
        for (i, line) in text::read(path)?.lines().enumerate() {
            let mut parts = line.split('\t').map(|part| split_punctuation(&part.to_lowercase()));
            let pair = parts.next().zip(parts.next());
            let (english, swedish) = pair.with_context(|| format!("line {}: no tab", i + 1))?;
            let fits =
                |text: &str| (1..=SOURCE).contains(&text.split(' ').filter(|word| !word.is_empty()).count());
            if !fits(&english) || !fits(&swedish) {
                continue;
            }
            let at = *known.entry(english.clone()).or_insert_with(|| {
                sentences.push((english, Vec::new()));
                sentences.len() - 1
            });
            let translations = &mut sentences[at].1;
            if !translations.contains(&swedish) {
                translations.push(swedish);
            }
        }
        let dealt = split::by_count(sentences.len(), TEST, 0);
        let test = split::pick(&sentences, &dealt.train);
        let mut train = every_pair(&split::pick(&sentences, &dealt.test));
        train.truncate(TRAIN);
        Ok(Pairs { train, test })
    }

    /// What there is to learn from, side by side.
    pub(crate) fn sides(&self) -> [Vec<&str>; 2] {
        let (english, swedish) = self.train.iter().map(|(a, b)| (a.as_str(), b.as_str())).unzip();
        [english, swedish]
    }

    /// Every sentence to be judged by with each of its translations.
    pub(crate) fn test_pairs(&self) -> Vec<(String, String)> {
        every_pair(&self.test)
    }
}

fn every_pair(sentences: &[(String, Vec<String>)]) -> Vec<(String, String)> {
    let pairs = |(english, all): &(String, Vec<String>)| {
        all.iter().map(|swedish| (english.clone(), swedish.clone())).collect::<Vec<_>>()
    };
    sentences.iter().flat_map(pairs).collect()
}

/// Pairs as tokens.
pub(crate) struct TokenPairs {
    source: Sentences<SOURCE>,
    /// Behind the start, and up to the end.
    before: Vec<[u16; TARGET]>,
    target: Vec<[u16; TARGET]>,
    /// The valid steps of both inputs. Padded words of the second are told from others by the loss.
    steps: Vec<(u16, u16)>,
}

/// English sentences and the Swedish words before each word of a translation; the words.
type Data<'a> = ((&'a [[u16; SOURCE]], &'a [[u16; TARGET]]), &'a [[u16; TARGET]]);

impl TokenPairs {
    pub(crate) fn data(&self) -> Padded<'_, Data<'_>, (u16, u16)> {
        Padded { data: ((&self.source.tokens, &self.before), &self.target), steps: &self.steps }
    }
}

pub(crate) fn tokens(pairs: &[(String, String)], english: &Words, swedish: &Words) -> Result<TokenPairs> {
    let source = pad(pairs.iter().map(|(english, _)| english), english)?;
    let target = pairs.iter().map(|(_, text)| swedish.encode(text)).collect::<Result<Vec<_>, _>>()?;
    let padded = |start: &[u16], end: &[u16]| {
        let sentences = target.iter().map(|words| [start, words, end].concat());
        Sentences::pad(sentences, Words::PADDING, TooLong::Error)
    };
    let (before, target) = (padded(&[START], &[])?.tokens, padded(&[], &[END])?.tokens);
    let steps = source.steps.iter().map(|steps| (*steps, u16::MAX)).collect();
    Ok(TokenPairs { source, before, target, steps })
}

pub(crate) fn pad<const N: usize>(
    sentences: impl IntoIterator<Item = impl AsRef<str>>,
    words: &Words,
) -> Result<Sentences<N>> {
    let tokens =
        sentences.into_iter().map(|text| words.encode(text.as_ref())).collect::<Result<Vec<_>, _>>()?;
    Ok(Sentences::pad(tokens, Words::PADDING, TooLong::Error)?)
}
