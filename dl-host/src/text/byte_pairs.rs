//! Byte-pair encoding: pieces of words as tokens.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::path::Path;

use super::pieces::pieces;
use super::{Tokenizer, check_vocab, stored};
use crate::{Error, Result};

const KIND: &str = "byte pairs";
const BYTES: usize = 256;

/// Pieces of words, learned from a text: what stands together often becomes one token.
///
/// It starts from the 256 bytes, so any text can be encoded, and merges the most frequent pair of neighbours until it
/// has as many tokens as wanted, or no pair is there twice. No token has letters and signs, letters and digits, or two
/// words; a word's token has the space before it.
///
/// Sennrich, Haddow, Birch: *Neural machine translation of rare words with subword units* (2016), on bytes as in GPT-2.
/// The pieces are not those of any published vocabulary.
///
/// ```
/// use dl_host::text::{BytePairs, Tokenizer};
///
/// let text = "low lower lowest, slow slower slowest";
/// let pairs = BytePairs::train(text, 262)?;
/// let tokens = pairs.encode(text)?;
/// assert!(tokens.len() < text.len() / 2 + 4);
/// assert_eq!(pairs.decode(&tokens), text);
/// assert_eq!(pairs.decode(&pairs.encode("höher 🦀")?), "höher 🦀");
/// # Ok::<(), dl_host::Error>(())
/// ```
#[doc(alias = "BPE")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BytePairs {
    /// Token `256 + i` is made of the pair `i`.
    merges: Vec<(u16, u16)>,
    merged: HashMap<(u16, u16), u16>,
    /// The bytes of each token.
    bytes: Vec<Vec<u8>>,
}

impl BytePairs {
    /// Learns `vocab` tokens from a text: 256 bytes and the rest by merging; fewer if no pair is left that is there twice.
    ///
    /// Of equally frequent pairs that of the lower tokens is merged first, so a text always gives the same tokens.
    ///
    /// ```
    /// use dl_host::text::{BytePairs, Tokenizer};
    ///
    /// let pairs = BytePairs::train("hello hello hello", 300)?;
    /// assert_eq!(pairs.vocab(), 256 + 4 + 1); // `hello` in four merges, and one for the space before it
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `vocab` is below 256 or above 65,536.
    pub fn train(text: &str, vocab: usize) -> Result<Self> {
        check_vocab(vocab)?;
        if vocab < BYTES {
            return Err(Error::setting(
                "size of the vocabulary",
                vocab,
                "at least 256, a token for each byte",
            ));
        }
        let mut learned = BytePairs::untrained();
        let mut counted = Counted::of(text);
        while learned.bytes.len() < vocab
            && let Some(pair) = counted.most_frequent()
        {
            let token = learned.bytes.len() as u16;
            counted.merge(pair, token);
            learned.push(pair);
        }
        Ok(learned)
    }

    fn untrained() -> Self {
        let bytes = (0..=u8::MAX).map(|byte| vec![byte]).collect();
        BytePairs { merges: Vec::new(), merged: HashMap::new(), bytes }
    }

    fn push(&mut self, pair: (u16, u16)) {
        let of = |token: u16| &self.bytes[usize::from(token)][..];
        let bytes = [of(pair.0), of(pair.1)].concat();
        self.merged.insert(pair, self.bytes.len() as u16);
        self.merges.push(pair);
        self.bytes.push(bytes);
    }

    /// The bytes of a token, which need not be whole characters.
    ///
    /// ```
    /// let pairs = dl_host::text::BytePairs::train("to be or not to be", 257)?;
    /// assert_eq!(pairs.token(256), Some(&b" b"[..]));
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn token(&self, token: u16) -> Option<&[u8]> {
        self.bytes.get(usize::from(token)).map(Vec::as_slice)
    }

    fn encode_piece(&self, piece: &[u8]) -> Vec<u16> {
        let mut tokens: Vec<u16> = piece.iter().map(|&byte| byte.into()).collect();
        // what was learned first is merged first
        while let Some(first) = pairs_of(&tokens).filter_map(|pair| self.merged.get(&pair)).min() {
            merge_in(&mut tokens, self.merges[usize::from(*first) - BYTES], *first);
        }
        tokens
    }

    /// Writes what was learned, as JSON that people can read; the file appears when it is complete.
    ///
    /// ```
    /// use dl_host::text::BytePairs;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("pairs.json");
    /// let pairs = BytePairs::train("to be or not to be", 300)?;
    /// pairs.save(&path)?;
    /// assert_eq!(BytePairs::load(&path)?, pairs);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        stored::write(path.as_ref(), KIND, self.merges.iter().map(|(a, b)| format!("{a} {b}")).collect())
    }

    /// What [`save`](BytePairs::save) wrote.
    ///
    /// ```
    /// use dl_host::text::{BytePairs, Tokenizer};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("pairs.json");
    /// std::fs::write(&path, r#"{ "kind": "byte pairs", "entries": ["116 104", "256 101"] }"#)?;
    /// assert_eq!(BytePairs::load(&path)?.encode("then")?, [257, 110]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or holds no such vocabulary.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut learned = BytePairs::untrained();
        for (i, entry) in stored::read(path, KIND)?.iter().enumerate() {
            let known = |text: &str| text.parse().ok().filter(|&token: &u16| usize::from(token) < BYTES + i);
            let pair = entry.split_once(' ').and_then(|(a, b)| Some((known(a)?, known(b)?)));
            match pair.filter(|pair| !learned.merged.contains_key(pair)) {
                Some(pair) => learned.push(pair),
                None => {
                    let expected = format_args!("a new pair of tokens below {}", BYTES + i).to_string();
                    return Err(Error::content(
                        path,
                        format_args!("entry {i}"),
                        format_args!("{entry:?}"),
                        expected,
                    ));
                }
            }
        }
        check_vocab(learned.bytes.len())?;
        Ok(learned)
    }
}

impl Tokenizer for BytePairs {
    fn vocab(&self) -> usize {
        self.bytes.len()
    }

    /// Nothing is an error: every text is made of bytes.
    fn encode(&self, text: &str) -> Result<Vec<u16>> {
        let (mut tokens, mut known) = (Vec::new(), HashMap::<&[u8], Vec<u16>>::new());
        for piece in pieces(text) {
            tokens.extend_from_slice(known.entry(piece).or_insert_with(|| self.encode_piece(piece)));
        }
        Ok(tokens)
    }

    fn decode(&self, tokens: &[u16]) -> String {
        // no UTF-8 has the byte 255
        let bytes: Vec<u8> =
            tokens.iter().flat_map(|&token| self.token(token).unwrap_or(&[u8::MAX])).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn pairs_of(tokens: &[u16]) -> impl Iterator<Item = (u16, u16)> {
    tokens.windows(2).map(|pair| (pair[0], pair[1]))
}

/// Replaces each pair by the token, from the left.
fn merge_in(tokens: &mut Vec<u16>, pair: (u16, u16), token: u16) {
    let (mut from, mut to) = (0, 0);
    while from < tokens.len() {
        let is_pair = tokens.get(from + 1).is_some_and(|&next| (tokens[from], next) == pair);
        tokens[to] = if is_pair { token } else { tokens[from] };
        from += 1 + usize::from(is_pair);
        to += 1;
    }
    tokens.truncate(to);
}

/// The pieces of a text while they are merged, and how often each pair is there.
struct Counted {
    /// Each piece once, with its number.
    pieces: Vec<(Vec<u16>, u64)>,
    pairs: HashMap<(u16, u16), Pair>,
    /// By count; a count that has changed since is corrected when it comes up.
    queue: BinaryHeap<(u64, Reverse<(u16, u16)>)>,
}

#[derive(Default)]
struct Pair {
    count: u64,
    /// Where it has been, perhaps more than once.
    pieces: Vec<usize>,
}

impl Counted {
    fn of(text: &str) -> Self {
        let mut counts = BTreeMap::<&[u8], u64>::new();
        pieces(text).for_each(|piece| *counts.entry(piece).or_default() += 1);
        let all = counts.into_iter();
        let pieces =
            all.map(|(piece, count)| (piece.iter().map(|&byte| byte.into()).collect(), count)).collect();
        let mut counted = Counted { pieces, pairs: HashMap::new(), queue: BinaryHeap::new() };
        (0..counted.pieces.len()).for_each(|piece| counted.add(piece));
        counted
    }

    fn add(&mut self, piece: usize) {
        let (tokens, times) = &self.pieces[piece];
        for pair in pairs_of(tokens) {
            let entry = self.pairs.entry(pair).or_default();
            entry.count += times;
            entry.pieces.push(piece);
            self.queue.push((entry.count, Reverse(pair)));
        }
    }

    fn remove(&mut self, piece: usize) {
        let (tokens, times) = &self.pieces[piece];
        for pair in pairs_of(tokens) {
            if let Some(entry) = self.pairs.get_mut(&pair) {
                entry.count -= times;
            }
        }
    }

    /// The pair that is there most often, if it is so twice.
    fn most_frequent(&mut self) -> Option<(u16, u16)> {
        while let Some((count, Reverse(pair))) = self.queue.pop() {
            let now = self.pairs.get(&pair).map_or(0, |entry| entry.count);
            if count == now && now > 1 {
                return Some(pair);
            }
            // where it has grown, the larger count is in the queue already
            if count > now && now > 1 {
                self.queue.push((now, Reverse(pair)));
            }
        }
        None
    }

    fn merge(&mut self, pair: (u16, u16), token: u16) {
        let mut places = self.pairs.remove(&pair).unwrap_or_default().pieces;
        places.sort_unstable();
        places.dedup();
        for piece in places {
            if pairs_of(&self.pieces[piece].0).any(|other| other == pair) {
                self.remove(piece);
                merge_in(&mut self.pieces[piece].0, pair, token);
                self.add(piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    const TEXT: &str =
        "the cat sat on the mat; the cat, the mat and the hat are that.\n\naaaa aaaaa 1001 10011\n";

    /// The same by counting everything anew for each merge.
    fn plainly(text: &str, vocab: usize) -> Vec<(u16, u16)> {
        let mut all: Vec<Vec<u16>> = pieces(text).map(|p| p.iter().map(|&b| b.into()).collect()).collect();
        let mut merges = Vec::new();
        while BYTES + merges.len() < vocab {
            let mut counts = BTreeMap::<(u16, u16), u64>::new();
            all.iter()
                .flat_map(|piece| pairs_of(piece))
                .for_each(|pair| *counts.entry(pair).or_default() += 1);
            let best = counts.into_iter().filter(|(_, n)| *n > 1).max_by_key(|&(pair, n)| (n, Reverse(pair)));
            let Some((pair, _)) = best else { break };
            all.iter_mut().for_each(|piece| merge_in(piece, pair, (BYTES + merges.len()) as u16));
            merges.push(pair);
        }
        merges
    }

    #[test]
    fn merges_are_those_of_counting_anew() {
        for vocab in [256, 257, 280, 1000] {
            assert_eq!(BytePairs::train(TEXT, vocab).unwrap().merges, plainly(TEXT, vocab), "{vocab}");
        }
    }

    #[test]
    fn frequent_words_become_one_token() {
        let pairs = BytePairs::train(TEXT, 300).unwrap();
        let the = pairs.encode(" the").unwrap();
        assert_eq!((the.len(), pairs.token(the[0])), (1, Some(&b" the"[..])));
        assert_eq!(pairs.decode(&[the[0], 60_000]), " the\u{fffd}");
    }

    #[test]
    fn a_vocabulary_out_of_bounds_is_an_error() {
        for (vocab, message) in [
            (255, "size of the vocabulary: found 255, expected at least 256, a token for each byte"),
            (65_537, "size of the vocabulary: found 65537, expected at most 65536 tokens"),
        ] {
            assert_eq!(BytePairs::train("", vocab).unwrap_err().to_string(), message);
        }
        assert_eq!(BytePairs::train("", 65_536).unwrap().vocab(), 256);
    }

    #[test]
    fn a_damaged_vocabulary_is_an_error_that_names_the_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for entry in ["116 257", "116", "a b", "116 104", "-1 3", "1  3"] {
            let file = format!(r#"{{ "kind": "byte pairs", "entries": ["116 104", "{entry}"] }}"#);
            std::fs::write(&path, file).unwrap();
            let error = BytePairs::load(&path).unwrap_err().to_string();
            let expected = format!("entry 1: found \"{entry}\", expected a new pair of tokens below 257");
            assert!(error.ends_with(&expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_whatever_was_learned(learned: String, text: String) {
            let pairs = BytePairs::train(&format!("{TEXT}{learned}{learned}"), 400).unwrap();
            for text in [&text, &learned] {
                prop_assert_eq!(&pairs.decode(&pairs.encode(text).unwrap()), text);
            }
            prop_assert!(pairs.encode(&learned).unwrap().iter().all(|&t| usize::from(t) < pairs.vocab()));
        }

        #[test]
        fn merges_of_few_letters_are_those_of_counting_anew(text in "[ab ]{0,60}") {
            prop_assert_eq!(BytePairs::train(&text, 300).unwrap().merges, plainly(&text, 300));
        }
    }
}
