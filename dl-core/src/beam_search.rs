//! The most likely sequence of a model that scores the next token.

use alloc::vec;
use alloc::vec::Vec;

use crate::kernels::{Isa, softmax};
use crate::{Real, math};

/// Looks for the most likely sequence of a model that scores the next token, several sequences at a time.
///
/// At every step each sequence goes on with each token; the `width` likeliest of all that remain. One that comes to the token
/// `end` leaves its place, and the search is over when all places are left, or `max_len` tokens are there. With a `width` of 1
/// it is greedy: always the likeliest token.
///
/// Sequences are ranked by `Σ ln p / n^length_penalty` of their `n` tokens, the end included: 0 prefers short ones, 1 takes the
/// mean. Of equally likely tokens the first go on. A score that is NaN or −∞ is never chosen.
///
/// ```
/// use dl_core::BeamSearch;
///
/// // the first word decides: 1 is a little likelier than 2, but only behind 2 there is something likely
/// let score = |words: &[u16]| match words[words.len() - 1] {
///     9 => [f32::NEG_INFINITY, 0.55_f32.ln(), 0.45_f32.ln()],
///     1 => [0.4_f32.ln(), 0.3_f32.ln(), 0.3_f32.ln()],
///     _ => [0.9_f32.ln(), 0.05_f32.ln(), 0.05_f32.ln()],
/// };
/// let search = |width| {
///     let beam = BeamSearch { width, ..BeamSearch::new(0, 5) };
///     beam.search(9, (), |(), words, scores| scores.extend(score(words)))
/// };
/// assert_eq!(search(1)[0].tokens, [1]);
/// assert_eq!(search(2)[0].tokens, [2]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeamSearch {
    /// How many sequences are followed at a time; none counts as one.
    pub width: usize,
    /// Tokens of a sequence at most, the end included.
    pub max_len: usize,
    /// How much length is made up for: 0 not at all, 1 (the default) ranks by the mean of a token.
    pub length_penalty: f64,
    /// The token behind which nothing comes.
    pub end: u16,
}

/// A sequence that a search found.
///
/// ```
/// use dl_core::BeamSearch;
///
/// let found = BeamSearch::new(0, 3).search(1, (), |(), _, scores: &mut Vec<f32>| scores.extend([0.0, 5.0]));
/// assert_eq!((&found[0].tokens[..], found[0].ended), (&[1, 1, 1][..], false));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis {
    /// Its tokens, without start and end.
    pub tokens: Vec<u16>,
    /// What it is ranked by.
    pub score: f64,
    /// Whether it came to its end.
    pub ended: bool,
}

/// A sequence that goes on: its tokens with the start, the sum of `ln p`, and the state before the last of them.
struct Path<S> {
    tokens: Vec<u16>,
    sum: f64,
    state: S,
}

/// One token further from a path, and the sum with it.
struct Way {
    from: usize,
    token: u16,
    sum: f64,
}

impl BeamSearch {
    /// Greedy, up to the token `end` or `max_len` tokens.
    ///
    /// ```
    /// use dl_core::BeamSearch;
    ///
    /// let beam = BeamSearch { width: 5, ..BeamSearch::new(3, 15) };
    /// assert_eq!((beam.end, beam.length_penalty), (3, 1.0));
    /// ```
    pub const fn new(end: u16, max_len: usize) -> Self {
        BeamSearch { width: 1, max_len, length_penalty: 1.0, end }
    }

    /// The sequences behind the token `start`, the best first; one at least.
    ///
    /// `step(state, tokens, scores)` puts the scores (logits) of the next token behind `tokens`, which begin with `start`, into
    /// `scores`, which is empty, and returns the state behind the last of them. `state` is what it returned for all but the
    /// last, at the start the one given here: a recurrent network's, or `()` for a network that reads all tokens again.
    ///
    /// ```
    /// use dl_core::BeamSearch;
    ///
    /// // counts down
    /// let found = BeamSearch::new(0, 9).search(4, (), |(), tokens, scores: &mut Vec<f32>| {
    ///     let next = usize::from(tokens[tokens.len() - 1]) - 1;
    ///     scores.extend((0..5).map(|token| if token == next { 9.0 } else { 0.0 }));
    /// });
    /// assert_eq!((&found[0].tokens[..], found[0].ended), (&[3, 2, 1][..], true));
    /// ```
    pub fn search<S: Clone, T: Real>(
        &self,
        start: u16,
        state: S,
        mut step: impl FnMut(&S, &[u16], &mut Vec<T>) -> S,
    ) -> Vec<Hypothesis> {
        let mut paths = vec![Path { tokens: vec![start], sum: 0.0, state }];
        let (mut found, mut scores, mut ways) = (Vec::new(), Vec::new(), Vec::new());
        let mut places = self.width.max(1);
        for _ in 0..self.max_len {
            for (from, path) in paths.iter_mut().enumerate() {
                scores.clear();
                path.state = step(&path.state, &path.tokens, &mut scores);
                keep_likeliest(&mut ways, places, from, path.sum, &scores);
            }
            if ways.is_empty() {
                break;
            }
            let (ends, on): (Vec<_>, Vec<_>) = ways.drain(..).partition(|way| way.token == self.end);
            places -= ends.len();
            found.extend(ends.iter().map(|end| self.found(&paths[end.from].tokens, end.sum, true)));
            paths = on.iter().map(|way| paths[way.from].with(way)).collect();
        }
        found.extend(paths.iter().map(|path| self.found(&path.tokens, path.sum, false)));
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found
    }

    /// What is found where a path of these tokens ends, or stops.
    fn found(&self, tokens: &[u16], sum: f64, ended: bool) -> Hypothesis {
        let tokens = tokens[1..].to_vec();
        let len = tokens.len() + usize::from(ended);
        let score = sum / math::exp(self.length_penalty * math::ln(len.max(1) as f64));
        Hypothesis { tokens, score, ended }
    }
}

impl<S: Clone> Path<S> {
    /// The path one token further.
    fn with(&self, way: &Way) -> Self {
        let mut tokens = self.tokens.clone();
        tokens.push(way.token);
        Path { tokens, sum: way.sum, state: self.state.clone() }
    }
}

/// Takes those ways on from a path in among `ways`, the likeliest first, that are among the `places` likeliest.
fn keep_likeliest<T: Real>(ways: &mut Vec<Way>, places: usize, from: usize, sum: f64, scores: &[T]) {
    let (max, ln_sum) = softmax(Isa::best(), scores, None, T::one());
    let base = sum - (max + ln_sum).to_f64();
    for (token, score) in (0..=u16::MAX).zip(scores) {
        let sum = base + score.to_f64();
        let is_one = sum > f64::NEG_INFINITY; // and a number
        let at = ways.iter().rposition(|way| way.sum >= sum).map_or(0, |last| last + 1);
        if is_one && at < places {
            ways.truncate(places - 1);
            ways.insert(at, Way { from, token, sum });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    const END: u16 = 0;
    const START: u16 = 3;

    /// Scores of four tokens that depend on all tokens before.
    fn model(tokens: &[u16]) -> [f64; 4] {
        let of_all = tokens.iter().fold(7, |sum, &token| sum * 5 + u64::from(token));
        let mut rng = Rng::new(of_all);
        [(); 4].map(|()| rng.normal())
    }

    fn ln_softmax(scores: [f64; 4]) -> [f64; 4] {
        let sum: f64 = scores.iter().map(|score| score.exp()).sum();
        scores.map(|score| score - sum.ln())
    }

    /// The best of all sequences that end within `max_len` tokens or are as long.
    fn best(max_len: usize, length_penalty: f64) -> (Vec<u16>, f64) {
        let (mut best, mut open) = ((Vec::new(), f64::NEG_INFINITY), vec![(vec![START], 0.0)]);
        while let Some((tokens, sum)) = open.pop() {
            for (token, p) in (0..).zip(ln_softmax(model(&tokens))) {
                let (len, sum) = (tokens.len(), sum + p);
                let longer = [&tokens[..], &[token]].concat();
                if token != END && len < max_len {
                    open.push((longer, sum));
                } else if sum / (len as f64).powf(length_penalty) > best.1 {
                    let end = if token == END { len } else { len + 1 };
                    best = (longer[1..end].to_vec(), sum / (len as f64).powf(length_penalty));
                }
            }
        }
        best
    }

    fn search(beam: BeamSearch) -> Vec<Hypothesis> {
        // the state is the tokens so far
        beam.search(START, Vec::new(), |state: &Vec<u16>, tokens, scores| {
            assert_eq!(state, &tokens[..tokens.len() - 1]);
            scores.extend(model(tokens));
            tokens.to_vec()
        })
    }

    #[test]
    fn as_wide_as_there_are_sequences_it_finds_the_best_of_all() {
        for (max_len, length_penalty) in [(1, 1.0), (3, 0.0), (4, 1.0), (4, 0.7)] {
            let found = search(BeamSearch { width: 400, length_penalty, ..BeamSearch::new(END, max_len) });
            let (tokens, score) = best(max_len, length_penalty);
            assert_eq!(found[0].tokens, tokens);
            assert!((found[0].score - score).abs() < 1e-12);
            assert!(found.is_sorted_by(|a, b| a.score >= b.score));
            // 3 to the power of how many tokens come before an end, and those that do not end
            let all =
                (0..max_len as u32).map(|n| 3_usize.pow(n)).sum::<usize>() + 3_usize.pow(max_len as u32);
            assert_eq!(found.len(), all);
        }
    }

    #[test]
    fn of_width_one_it_takes_the_likeliest_token_until_the_end() {
        let mut tokens = vec![START];
        while tokens.len() <= 20 {
            let scores = model(&tokens);
            let next = crate::metrics::argmax(&scores).unwrap() as u16;
            if next == END {
                break;
            }
            tokens.push(next);
        }
        for width in [0, 1] {
            let [found] = &search(BeamSearch { width, ..BeamSearch::new(END, 20) })[..] else {
                panic!("one")
            };
            assert_eq!(found.tokens, tokens[1..]);
            assert_eq!(found.ended, tokens.len() <= 20);
        }
    }

    #[test]
    fn a_score_that_is_no_number_is_not_chosen_and_without_others_it_stops() {
        let beam = BeamSearch { width: 2, ..BeamSearch::new(END, 3) };
        let found = beam.search(START, (), |(), _, scores| scores.extend([f32::NEG_INFINITY, 1.0]));
        assert_eq!(found, [Hypothesis { tokens: vec![1, 1, 1], score: 0.0, ended: false }]);
        let found = beam.search(START, (), |(), _, scores| scores.extend([f32::NAN; 2]));
        assert_eq!(found, [Hypothesis { tokens: vec![], score: 0.0, ended: false }]);
        let found = beam.search(START, (), |(), _, _: &mut Vec<f32>| ());
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn of_equally_likely_tokens_the_first_go_on() {
        let beam = BeamSearch { width: 2, ..BeamSearch::new(9, 1) };
        let found = beam.search(START, (), |(), _, scores| scores.extend([1.0, 2.0, 2.0, 2.0]));
        assert_eq!([&found[0].tokens, &found[1].tokens], [&[1], &[2]]);
    }
}
