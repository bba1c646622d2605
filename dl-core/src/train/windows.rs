//! Windows of one long sequence of tokens: what a language model trains on.

use super::{Dataset, SliceError};
use crate::{Real, Rng, Tokens};

/// Windows of `N` tokens of one long sequence; the target of each token is the one behind it.
///
/// [`random`](Windows::random) windows start anywhere, anew in every epoch; [`consecutive`](Windows::consecutive) ones lie
/// end to end. A sequence of at most `N` tokens has no window.
///
/// ```
/// use dl_core::train::{Dataset, Windows};
/// use dl_core::{Rng, Tokens};
///
/// let text = [5, 6, 7, 8, 9, 10, 11, 12];
/// let windows = Windows::consecutive(&text);
/// assert_eq!(Dataset::<f32, Tokens<3>, Tokens<3>>::len(&windows), 2);
/// let (mut x, mut target) = ([0; 3], [0; 3]);
/// Dataset::<f32, _, _>::get(&windows, 1, Rng::new(0), &mut x, &mut target)?;
/// assert_eq!((x, target), ([8, 9, 10], [9, 10, 11]));
/// # Ok::<(), dl_core::train::SliceError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Windows<'a> {
    tokens: &'a [u16],
    starts: Starts,
}

#[derive(Clone, Copy, Debug)]
enum Starts {
    /// Uniform, of so many windows.
    Random(usize),
    /// Every `N`-th token.
    Consecutive,
}

impl<'a> Windows<'a> {
    /// `count` windows that start anywhere, each place as likely as any other.
    ///
    /// An epoch has `count` of them: a step of `batch` windows and an epoch of `steps` steps make `batch * steps`.
    ///
    /// ```
    /// use dl_core::train::{Dataset, Windows};
    /// use dl_core::Tokens;
    ///
    /// let text = [1; 100];
    /// let of_ten_steps = Windows::random(&text, 16 * 10);
    /// assert_eq!(Dataset::<f32, Tokens<64>, Tokens<64>>::len(&of_ten_steps), 160);
    /// ```
    pub const fn random(tokens: &'a [u16], count: usize) -> Self {
        Windows { tokens, starts: Starts::Random(count) }
    }

    /// All windows that lie end to end; what is left behind the last whole one is in none.
    ///
    /// ```
    /// use dl_core::train::{Dataset, Windows};
    /// use dl_core::Tokens;
    ///
    /// let windows = Windows::consecutive(&[1; 100]);
    /// assert_eq!(Dataset::<f32, Tokens<33>, Tokens<33>>::len(&windows), 3); // 99 tokens, each with a next
    /// ```
    pub const fn consecutive(tokens: &'a [u16]) -> Self {
        Windows { tokens, starts: Starts::Consecutive }
    }

    /// How many windows of `n` tokens there are, and how many places to start one.
    fn count(&self, n: usize) -> (usize, usize) {
        let places = self.tokens.len().saturating_sub(n);
        match self.starts {
            _ if places == 0 || n == 0 => (0, 0),
            Starts::Random(count) => (count, places),
            Starts::Consecutive => ((self.tokens.len() - 1) / n, places),
        }
    }

    /// Window `index` with the token behind it, `n + 1` in all.
    fn window(&self, n: usize, index: usize, mut rng: Rng) -> Result<&'a [u16], SliceError> {
        let (len, places) = self.count(n);
        if index >= len {
            return Err(SliceError::OutOfRange { index, len });
        }
        let start = match self.starts {
            Starts::Random(_) => rng.below(places),
            Starts::Consecutive => index * n,
        };
        Ok(&self.tokens[start..start + n + 1])
    }
}

impl<T: Real, const N: usize> Dataset<T, Tokens<N>, Tokens<N>> for Windows<'_> {
    type Error = SliceError;

    fn len(&self) -> usize {
        self.count(N).0
    }

    fn get(&self, index: usize, rng: Rng, x: &mut [u16; N], target: &mut [u16; N]) -> Result<(), SliceError> {
        let window = self.window(N, index, rng)?;
        x.copy_from_slice(&window[..N]);
        target.copy_from_slice(&window[1..]);
        Ok(())
    }

    fn target(&self, index: usize, rng: Rng, target: &mut [u16; N]) -> Result<bool, SliceError> {
        target.copy_from_slice(&self.window(N, index, rng)?[1..]);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: [u16; 10] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

    fn get<const N: usize>(
        windows: &Windows<'_>,
        index: usize,
        seed: u64,
    ) -> Result<([u16; N], [u16; N]), SliceError> {
        let (mut x, mut y, mut again) = ([0; N], [0; N], [0; N]);
        Dataset::<f32, _, _>::get(windows, index, Rng::new(seed), &mut x, &mut y)?;
        assert_eq!(
            Dataset::<f32, Tokens<N>, _>::target(windows, index, Rng::new(seed), &mut again),
            Ok(true)
        );
        assert_eq!(y, again);
        Ok((x, y))
    }

    fn len<const N: usize>(windows: &Windows<'_>) -> usize {
        Dataset::<f32, Tokens<N>, Tokens<N>>::len(windows)
    }

    #[test]
    fn consecutive_windows_cover_the_sequence_once() {
        let windows = Windows::consecutive(&TEXT);
        assert_eq!((len::<3>(&windows), len::<4>(&windows), len::<9>(&windows)), (3, 2, 1));
        assert_eq!(get(&windows, 2, 0), Ok(([16, 17, 18], [17, 18, 19])));
        assert_eq!(get::<3>(&windows, 3, 0), Err(SliceError::OutOfRange { index: 3, len: 3 }));
    }

    #[test]
    fn random_windows_start_at_every_place_and_repeat_with_their_stream() {
        let windows = Windows::random(&TEXT, 1000);
        let mut starts = [0; 7];
        for seed in 0..7000 {
            let (x, y) = get::<3>(&windows, 999, seed).unwrap();
            assert!(y == x.map(|token| token + 1));
            starts[usize::from(x[0]) - 10] += 1;
        }
        assert!(starts.iter().all(|n| (850..1150).contains(n)), "{starts:?}");
        assert!(get::<3>(&windows, 1000, 0).is_err());
    }

    #[test]
    fn a_sequence_that_is_too_short_has_no_window() {
        for windows in [Windows::random(&TEXT, 5), Windows::consecutive(&TEXT)] {
            assert_eq!((len::<9>(&windows) > 0, len::<10>(&windows), len::<0>(&windows)), (true, 0, 0));
            assert!(get::<10>(&windows, 0, 0).is_err());
        }
        assert_eq!(len::<1>(&Windows::consecutive(&[])), 0);
    }
}
