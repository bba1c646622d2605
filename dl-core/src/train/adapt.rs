//! Data sets made of data sets: parts, augmented ones, sequences of different lengths.

use super::{Dataset, Order};
use crate::{Real, Rng, Signal, Tokens, Vals};

/// The samples of `data` that `indices` lists, in that order; one may be listed twice.
///
/// ```
/// use dl_core::train::{Dataset, Subset};
/// use dl_core::{Rng, Vals};
///
/// let (x, y) = ([[0.0_f32], [1.0], [2.0]], [[0.0], [10.0], [20.0]]);
/// let test = Subset { data: (&x, &y), indices: &[2, 0] };
/// let (mut a, mut b) = ([0.0], [0.0]);
/// Dataset::<f32, Vals<1>, Vals<1>>::get(&test, 0, Rng::new(0), &mut a, &mut b)?;
/// assert_eq!((a, b), ([2.0], [20.0]));
/// # Ok::<(), dl_core::train::SliceError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Subset<'a, D> {
    /// Where the samples are.
    pub data: D,
    /// Which of them. One that does not exist is an error of `data` when it is asked for.
    pub indices: &'a [usize],
}

impl<D> Subset<'_, D> {
    /// The index in `data`; out of range stays out of range, so that `data` says so.
    fn index(&self, index: usize) -> usize {
        self.indices.get(index).copied().unwrap_or(usize::MAX)
    }
}

impl<T: Real, X: Signal, Y: Signal, D: Dataset<T, X, Y>> Dataset<T, X, Y> for Subset<'_, D> {
    type Error = D::Error;
    const PADDED: bool = D::PADDED;

    fn len(&self) -> usize {
        self.indices.len()
    }
    fn get(
        &self,
        index: usize,
        rng: Rng,
        x: X::Sample<'_, T>,
        target: Y::Sample<'_, T>,
    ) -> Result<(), D::Error> {
        self.data.get(self.index(index), rng, x, target)
    }
    fn steps(&self, index: usize) -> X::Len {
        self.data.steps(self.index(index))
    }
    fn target(&self, index: usize, rng: Rng, target: Y::Sample<'_, T>) -> Result<bool, D::Error> {
        self.data.target(self.index(index), rng, target)
    }
}

/// `data` with every input changed by a function of the input and a random stream, anew in every epoch.
///
/// ```
/// use dl_core::train::{Augment, Dataset};
/// use dl_core::{Rng, Vals};
///
/// let data = Augment {
///     data: (&[[1.0_f32, 2.0]], &[[0.0]]),
///     augment: |x: &mut [f32; 2], mut rng: Rng| x[0] += rng.uniform_in::<f32>(-0.1, 0.1),
/// };
/// let (mut x, mut y) = ([0.0; 2], [0.0]);
/// Dataset::<f32, Vals<2>, Vals<1>>::get(&data, 0, Rng::new(0), &mut x, &mut y)?;
/// assert!(x != [1.0, 2.0] && (x[0] - 1.0).abs() < 0.1);
/// # Ok::<(), dl_core::train::SliceError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Augment<D, F> {
    /// Where the samples are.
    pub data: D,
    /// `Fn(&mut [T; N], Rng)` for numbers, `Fn(&mut [u16; N], Rng)` for tokens.
    pub augment: F,
}

macro_rules! augment {
    ($($signal:ident, $item:ty;)*) => { $(
        impl<T, Y, D, F, const N: usize> Dataset<T, $signal<N>, Y> for Augment<D, F>
        where
            T: Real,
            Y: Signal,
            D: Dataset<T, $signal<N>, Y>,
            F: Fn(&mut [$item; N], Rng) + Sync,
        {
            type Error = D::Error;
            const PADDED: bool = D::PADDED;

            fn len(&self) -> usize {
                self.data.len()
            }
            fn get(
                &self,
                index: usize,
                rng: Rng,
                x: &mut [$item; N],
                target: Y::Sample<'_, T>,
            ) -> Result<(), D::Error> {
                // Forked, so that an augmentation of an augmentation draws numbers of its own.
                self.data.get(index, rng.fork(0), x, target)?;
                (self.augment)(x, rng.fork(1));
                Ok(())
            }
            fn steps(&self, index: usize) -> u16 {
                self.data.steps(index)
            }
            fn target(&self, index: usize, rng: Rng, target: Y::Sample<'_, T>) -> Result<bool, D::Error> {
                self.data.target(index, rng.fork(0), target)
            }
        }
    )* };
}
augment! { Vals, T; Tokens, u16; }

/// `data` whose samples have different numbers of valid steps; the rest of each is padding.
///
/// For a network with two inputs a length is a pair, `(u16, u16)`.
///
/// ```
/// use dl_core::train::{Dataset, Padded};
/// use dl_core::{Tokens, Vals};
///
/// let (words, class) = ([[7_u16, 3, 0, 0], [5, 1, 2, 9]], [0_u16, 1]);
/// let data = Padded { data: (&words, &class), steps: &[2_u16, 4] };
/// assert_eq!(Dataset::<f32, Tokens<4>, Tokens<1>>::steps(&data, 0), 2);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Padded<'a, D, S> {
    /// Where the samples are.
    pub data: D,
    /// The valid steps of each sample. One that is missing counts as no padding.
    pub steps: &'a [S],
}

impl<T: Real, X: Signal, Y: Signal, D: Dataset<T, X, Y>> Dataset<T, X, Y> for Padded<'_, D, X::Len> {
    type Error = D::Error;
    const PADDED: bool = true;

    fn len(&self) -> usize {
        self.data.len()
    }
    fn get(
        &self,
        index: usize,
        rng: Rng,
        x: X::Sample<'_, T>,
        target: Y::Sample<'_, T>,
    ) -> Result<(), D::Error> {
        self.data.get(index, rng, x, target)
    }
    fn steps(&self, index: usize) -> X::Len {
        self.steps.get(index).copied().unwrap_or(X::ALL)
    }
    fn target(&self, index: usize, rng: Rng, target: Y::Sample<'_, T>) -> Result<bool, D::Error> {
        self.data.target(index, rng, target)
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<X::Ref<'_, T, B>> {
        self.data.lend(at)
    }
}

/// One batch of an epoch: `len` samples of `data` from position `start` of `order`.
pub(super) struct Batch<'a, D> {
    pub(super) data: &'a D,
    pub(super) order: &'a Order,
    pub(super) start: usize,
    pub(super) len: usize,
    /// The epoch's stream of augmentation.
    pub(super) rng: Rng,
}

impl<D> Batch<'_, D> {
    fn index(&self, position: usize) -> usize {
        self.order.at(self.start + position)
    }
}

impl<T: Real, X: Signal, Y: Signal, D: Dataset<T, X, Y>> Dataset<T, X, Y> for Batch<'_, D> {
    type Error = D::Error;
    const PADDED: bool = D::PADDED;

    fn len(&self) -> usize {
        self.len
    }
    fn get(
        &self,
        position: usize,
        _: Rng,
        x: X::Sample<'_, T>,
        target: Y::Sample<'_, T>,
    ) -> Result<(), D::Error> {
        let index = self.index(position);
        self.data.get(index, self.rng.fork(index as u64), x, target)
    }
    fn steps(&self, position: usize) -> X::Len {
        self.data.steps(self.index(position))
    }
    fn target(&self, position: usize, _: Rng, target: Y::Sample<'_, T>) -> Result<bool, D::Error> {
        let index = self.index(position);
        self.data.target(index, self.rng.fork(index as u64), target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::SliceError;

    #[test]
    fn an_index_that_does_not_exist_is_an_error_of_the_data() {
        let (mut x, mut y) = ([0.0_f32], [0.0_f32]);
        for indices in [&[7][..], &[]] {
            let part = Subset { data: ([1.0_f32], [2.0_f32]), indices };
            let got = Dataset::<f32, Vals<1>, Vals<1>>::get(&part, 0, Rng::new(0), &mut x, &mut y);
            let index = indices.first().copied().unwrap_or(usize::MAX);
            assert_eq!(got, Err(SliceError::OutOfRange { index, len: 1 }));
        }
    }

    #[test]
    fn every_part_of_a_pair_has_lengths_of_its_own() {
        let inputs = (&[[1.0_f32, 2.0], [3.0, 4.0]], &[[5_u16, 6, 7], [8, 9, 10]]);
        let data = Padded { data: (inputs, &[[0.0_f32], [1.0]]), steps: &[(1_u16, 3_u16), (2, 2)] };
        type Pair = (Vals<2>, Tokens<3>);
        let lens = [0, 1, 2].map(|i| Dataset::<f32, Pair, Vals<1>>::steps(&data, i));
        assert_eq!(lens, [(1, 3), (2, 2), <Pair as Signal>::ALL]);
        let mut stored = ([0; 4], [0; 4]);
        <Pair as Signal>::set_len::<4>(&mut stored, 2, lens[0]);
        assert_eq!(stored, ([0, 0, 1, 0], [0, 0, 3, 0]));
    }

    #[test]
    fn augmentation_repeats_for_the_same_stream_and_differs_for_another() {
        let shift = |x: &mut [f64; 1], mut rng: Rng| x[0] += rng.uniform();
        let data = Augment { data: Augment { data: ([1.0], [2.0]), augment: shift }, augment: shift };
        let at = |seed| {
            let (mut x, mut y) = ([0.0], [0.0]);
            let Ok(()) = Dataset::<f64, Vals<1>, Vals<1>>::get(&data, 0, Rng::new(seed), &mut x, &mut y)
            else {
                panic!("sample 0 exists")
            };
            x[0]
        };
        assert_eq!(at(3), at(3));
        assert_ne!(at(3), at(4));
        let (inner, outer) = (Rng::new(3).fork(0).fork(1).uniform(), Rng::new(3).fork(1).uniform());
        assert_eq!(at(3), 1.0 + inner + outer, "both augmentations draw numbers of their own");
    }
}
