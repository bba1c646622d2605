//! Data sets: where samples come from, one at a time.

use core::fmt;

use nalgebra::SMatrix;

use crate::{Real, Rng, Signal, Tokens, Vals, place};

/// Samples with their targets, made when they are asked for.
///
/// A pair of slices (or arrays, or `Vec`s) of the same length is a data set, `(&inputs, &targets)`; see [`Samples`]
/// for what the two can be. [`Subset`](super::Subset), [`Augment`](super::Augment) and [`Padded`](super::Padded) make
/// data sets of data sets. For anything else, such as files read as needed, implement the trait:
///
/// ```
/// use core::convert::Infallible;
/// use dl_core::train::Dataset;
/// use dl_core::{Rng, Vals};
///
/// /// Noisy points of a parabola, `x` in -1 to 1.
/// struct Parabola;
/// impl Dataset<f32, Vals<1>, Vals<1>> for Parabola {
///     type Error = Infallible;
///     fn len(&self) -> usize {
///         101
///     }
///     fn get(&self, index: usize, mut rng: Rng, x: &mut [f32; 1], target: &mut [f32; 1]) -> Result<(), Infallible> {
///         x[0] = index as f32 / 50.0 - 1.0;
///         target[0] = x[0] * x[0] + 0.1 * rng.normal() as f32;
///         Ok(())
///     }
/// }
/// let (mut x, mut target) = ([0.0], [0.0]);
/// Parabola.get(25, Rng::new(1), &mut x, &mut target)?;
/// assert_eq!(x, [-0.5]);
/// # Ok::<(), Infallible>(())
/// ```
///
/// A data set is [`Sync`], so that the threads of a step read their samples themselves. One that changes something
/// inside, such as a file's position, keeps that in a mutex.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a data set of inputs `{X}` and targets `{Y}` with numbers of type `{T}`",
    note = "a pair `(inputs, targets)` of slices, arrays or `Vec`s is one: `[[T; N]]` of numbers, `[[u16; N]]` of tokens, `[u16]` of classes"
)]
pub trait Dataset<T: Real, X: Signal, Y: Signal>: Sync {
    /// Why a sample could not be had.
    type Error: Send + fmt::Display + fmt::Debug;

    /// Whether samples may be shorter than the network's input: then [`steps`](Self::steps) is asked.
    const PADDED: bool = false;

    /// The number of samples.
    fn len(&self) -> usize;

    /// Whether there is no sample.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes sample `index` and its target, all numbers of both.
    ///
    /// `rng` is for augmentation. In [`Trainer::fit`](super::Trainer::fit) it follows from the trainer's seed, the
    /// epoch and `index`, so that a run repeats; a sample may be asked for twice in a step and must then be the same.
    ///
    /// # Errors
    /// What goes wrong when the sample is made. An `index` that is not below [`len`](Self::len) is an error too.
    fn get(
        &self,
        index: usize,
        rng: Rng,
        x: X::Sample<'_, T>,
        target: Y::Sample<'_, T>,
    ) -> Result<(), Self::Error>;

    /// How many steps of sample `index` are valid, if [`PADDED`](Self::PADDED); the others hold anything finite.
    fn steps(&self, index: usize) -> X::Len {
        let _ = index;
        X::ALL
    }

    /// Writes the target of sample `index` alone and returns `true`, or returns `false` if that is no cheaper than
    /// [`get`](Self::get).
    ///
    /// A step of several chunks reads all its targets first, to know what it divides the loss by.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    fn target(&self, index: usize, rng: Rng, target: Y::Sample<'_, T>) -> Result<bool, Self::Error> {
        let _ = (index, rng, target);
        Ok(false)
    }

    /// Lends the inputs of samples `at .. at + B`, if they lie together as a chunk does; then they are not copied.
    ///
    /// Only for inputs that are the same in every epoch, and with a [`target`](Self::target) that returns `true`.
    fn lend<const B: usize>(&self, at: usize) -> Option<X::Ref<'_, T, B>> {
        let _ = at;
        None
    }
}

impl<T: Real, X: Signal, Y: Signal, D: Dataset<T, X, Y> + ?Sized> Dataset<T, X, Y> for &D {
    type Error = D::Error;
    const PADDED: bool = D::PADDED;

    fn len(&self) -> usize {
        (**self).len()
    }
    fn get(
        &self,
        index: usize,
        rng: Rng,
        x: X::Sample<'_, T>,
        target: Y::Sample<'_, T>,
    ) -> Result<(), D::Error> {
        (**self).get(index, rng, x, target)
    }
    fn steps(&self, index: usize) -> X::Len {
        (**self).steps(index)
    }
    fn target(&self, index: usize, rng: Rng, target: Y::Sample<'_, T>) -> Result<bool, D::Error> {
        (**self).target(index, rng, target)
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<X::Ref<'_, T, B>> {
        (**self).lend(at)
    }
}

/// One side of a data set that is all in memory: inputs or targets.
///
/// | type (or a reference to it) | signal |
/// |---|---|
/// | `[[T; N]]` | [`Vals<N>`] |
/// | `[T]` | `Vals<1>`: one number a sample |
/// | `[[u16; N]]` | [`Tokens<N>`] |
/// | `[u16]` | `Tokens<1>`: one class a sample |
/// | arrays and `Vec`s of the same | the same |
/// | `(A, B)`, `(A, B, C)` | a tuple of signals |
///
/// ```
/// use dl_core::Vals;
/// use dl_core::train::Samples;
///
/// let x = [[1.0_f32, 2.0], [3.0, 4.0]];
/// let mut sample = [0.0; 2];
/// Samples::<f32, Vals<2>>::copy_to(&x, 1, &mut sample);
/// assert_eq!((Samples::<f32, Vals<2>>::count(&x), sample), (Ok(2), [3.0, 4.0]));
/// ```
#[doc(alias = "TensorDataset")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold samples of `{S}` with numbers of type `{T}`",
    note = "a slice of arrays holds samples: `[[T; N]]` of numbers, `[[u16; N]]` of tokens, `[u16]` of classes"
)]
pub trait Samples<T: Real, S: Signal>: Sync {
    /// The number of samples.
    ///
    /// # Errors
    /// [`SliceError::Unequal`] if the parts of a tuple do not have the same number.
    fn count(&self) -> Result<usize, SliceError>;

    /// Writes sample `index`; it is below [`count`](Self::count).
    fn copy_to(&self, index: usize, sample: S::Sample<'_, T>);

    /// Lends samples `at .. at + B`, if they are there and lie together as a chunk does.
    fn lend<const B: usize>(&self, at: usize) -> Option<S::Ref<'_, T, B>> {
        let _ = at;
        None
    }
}

/// Why slices do not give a sample.
///
/// ```
/// use dl_core::train::SliceError;
///
/// let error = SliceError::OutOfRange { index: 9, len: 4 };
/// assert_eq!(error.to_string(), "sample 9 was asked for, but there are 4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceError {
    /// Two slices that belong together are not of the same length.
    Unequal {
        /// Samples in the first.
        first: usize,
        /// Samples in the second.
        second: usize,
    },
    /// There is no such sample.
    OutOfRange {
        /// The sample asked for.
        index: usize,
        /// How many there are.
        len: usize,
    },
}

impl fmt::Display for SliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SliceError::Unequal { first, second } => {
                write!(f, "{first} samples on one side and {second} on the other: the numbers must be equal")
            }
            SliceError::OutOfRange { index, len } => {
                write!(f, "sample {index} was asked for, but there are {len}")
            }
        }
    }
}

impl core::error::Error for SliceError {}

fn equal(first: usize, second: usize) -> Result<usize, SliceError> {
    if first == second { Ok(first) } else { Err(SliceError::Unequal { first, second }) }
}

impl<T: Real, X: Signal, Y: Signal, A: Samples<T, X>, B: Samples<T, Y>> Dataset<T, X, Y> for (A, B) {
    type Error = SliceError;

    /// The longer of the two where they differ: then every sample is an error.
    fn len(&self) -> usize {
        match Samples::<T, (X, Y)>::count(self) {
            Ok(n) | Err(SliceError::OutOfRange { len: n, .. }) => n,
            Err(SliceError::Unequal { first, second }) => first.max(second),
        }
    }

    fn get(
        &self,
        index: usize,
        rng: Rng,
        x: X::Sample<'_, T>,
        target: Y::Sample<'_, T>,
    ) -> Result<(), SliceError> {
        Dataset::<T, X, Y>::target(self, index, rng, target)?;
        self.0.copy_to(index, x);
        Ok(())
    }

    fn target(&self, index: usize, _: Rng, target: Y::Sample<'_, T>) -> Result<bool, SliceError> {
        let len = Samples::<T, (X, Y)>::count(self)?;
        if index >= len {
            return Err(SliceError::OutOfRange { index, len });
        }
        self.1.copy_to(index, target);
        Ok(true)
    }

    fn lend<const K: usize>(&self, at: usize) -> Option<X::Ref<'_, T, K>> {
        self.0.lend(at)
    }
}

impl<T: Real, const N: usize> Samples<T, Vals<N>> for [[T; N]] {
    fn count(&self) -> Result<usize, SliceError> {
        Ok(self.len())
    }
    fn copy_to(&self, index: usize, sample: &mut [T; N]) {
        sample.copy_from_slice(&self[index]);
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<&SMatrix<T, N, B>> {
        self.get(at..)?.first_chunk().map(place::columns)
    }
}

impl<T: Real> Samples<T, Vals<1>> for [T] {
    fn count(&self) -> Result<usize, SliceError> {
        Ok(self.len())
    }
    fn copy_to(&self, index: usize, sample: &mut [T; 1]) {
        sample[0] = self[index];
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<&SMatrix<T, 1, B>> {
        self.as_chunks().0.get(at..)?.first_chunk().map(place::columns)
    }
}

impl<T: Real, const N: usize> Samples<T, Tokens<N>> for [[u16; N]] {
    fn count(&self) -> Result<usize, SliceError> {
        Ok(self.len())
    }
    fn copy_to(&self, index: usize, sample: &mut [u16; N]) {
        sample.copy_from_slice(&self[index]);
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<&[[u16; N]; B]> {
        self.get(at..)?.first_chunk()
    }
}

impl<T: Real> Samples<T, Tokens<1>> for [u16] {
    fn count(&self) -> Result<usize, SliceError> {
        Ok(self.len())
    }
    fn copy_to(&self, index: usize, sample: &mut [u16; 1]) {
        sample[0] = self[index];
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<&[[u16; 1]; B]> {
        self.as_chunks().0.get(at..)?.first_chunk()
    }
}

impl<T: Real, S: Signal, A: Sync, const LEN: usize> Samples<T, S> for [A; LEN]
where
    [A]: Samples<T, S>,
{
    fn count(&self) -> Result<usize, SliceError> {
        self.as_slice().count()
    }
    fn copy_to(&self, index: usize, sample: S::Sample<'_, T>) {
        self.as_slice().copy_to(index, sample);
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<S::Ref<'_, T, B>> {
        self.as_slice().lend(at)
    }
}

#[cfg(feature = "alloc")]
impl<T: Real, S: Signal, A: Sync> Samples<T, S> for alloc::vec::Vec<A>
where
    [A]: Samples<T, S>,
{
    fn count(&self) -> Result<usize, SliceError> {
        self.as_slice().count()
    }
    fn copy_to(&self, index: usize, sample: S::Sample<'_, T>) {
        self.as_slice().copy_to(index, sample);
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<S::Ref<'_, T, B>> {
        self.as_slice().lend(at)
    }
}

impl<T: Real, S: Signal, A: Samples<T, S> + ?Sized> Samples<T, S> for &A {
    fn count(&self) -> Result<usize, SliceError> {
        (**self).count()
    }
    fn copy_to(&self, index: usize, sample: S::Sample<'_, T>) {
        (**self).copy_to(index, sample);
    }
    fn lend<const B: usize>(&self, at: usize) -> Option<S::Ref<'_, T, B>> {
        (**self).lend(at)
    }
}

impl<T: Real, X: Signal, Y: Signal, A: Samples<T, X>, B: Samples<T, Y>> Samples<T, (X, Y)> for (A, B) {
    fn count(&self) -> Result<usize, SliceError> {
        equal(self.0.count()?, self.1.count()?)
    }
    fn copy_to(&self, index: usize, (x, y): (X::Sample<'_, T>, Y::Sample<'_, T>)) {
        self.0.copy_to(index, x);
        self.1.copy_to(index, y);
    }
    fn lend<const K: usize>(&self, at: usize) -> Option<(X::Ref<'_, T, K>, Y::Ref<'_, T, K>)> {
        self.0.lend(at).zip(self.1.lend(at))
    }
}

impl<T, X, Y, Z, A, B, C> Samples<T, (X, Y, Z)> for (A, B, C)
where
    T: Real,
    X: Signal,
    Y: Signal,
    Z: Signal,
    A: Samples<T, X>,
    B: Samples<T, Y>,
    C: Samples<T, Z>,
{
    fn count(&self) -> Result<usize, SliceError> {
        equal(equal(self.0.count()?, self.1.count()?)?, self.2.count()?)
    }
    fn copy_to(&self, index: usize, (x, y, z): (X::Sample<'_, T>, Y::Sample<'_, T>, Z::Sample<'_, T>)) {
        self.0.copy_to(index, x);
        self.1.copy_to(index, y);
        self.2.copy_to(index, z);
    }
    fn lend<const K: usize>(&self, at: usize) -> Option<<(X, Y, Z) as Signal>::Ref<'_, T, K>> {
        Some((self.0.lend(at)?, self.1.lend(at)?, self.2.lend(at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample<X: Signal, Y: Signal, D: Dataset<f32, X, Y>>(
        data: &D,
        index: usize,
        x: X::Sample<'_, f32>,
        y: Y::Sample<'_, f32>,
    ) -> Result<usize, D::Error> {
        data.get(index, Rng::new(0), x, y).map(|()| data.len())
    }

    #[test]
    fn slices_arrays_and_tuples_of_them_give_their_samples() {
        let (numbers, tokens) = ([[1.0, 2.0], [3.0, 4.0]], [[5, 6, 7], [8, 9, 10]]);
        let (mut x, mut class) = ([0.0; 2], [0]);
        assert_eq!(sample::<Vals<2>, Tokens<1>, _>(&(&numbers, &[3, 4]), 1, &mut x, &mut class), Ok(2));
        assert_eq!((x, class), ([3.0, 4.0], [4]));
        let (mut ids, mut y) = ([0; 3], [0.0]);
        let pairs = ((&numbers[..], tokens), [0.5, 0.25]);
        let got = sample::<(Vals<2>, Tokens<3>), Vals<1>, _>(&pairs, 0, (&mut x, &mut ids), &mut y);
        assert_eq!((got, x, ids, y), (Ok(2), [1.0, 2.0], [5, 6, 7], [0.5]));
    }

    #[test]
    fn samples_that_lie_together_are_lent_where_they_lie() {
        let (numbers, ids) = ([[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7_u16], [8], [9]]);
        let lent =
            |at| Samples::<f32, (Vals<2>, Tokens<1>)>::lend::<2>(&(numbers, ids), at).map(|(x, t)| (*x, *t));
        assert_eq!(lent(1), Some((nalgebra::matrix![3.0, 5.0; 4.0, 6.0], [[8], [9]])));
        assert_eq!((lent(2), lent(4)), (None, None));
        let row = [1.0_f32, 2.0, 3.0];
        let chunk = Samples::<f32, Vals<1>>::lend::<2>(&row, 1).expect("there are two");
        assert!(core::ptr::eq(chunk.as_slice(), &row[1..]));
        assert_eq!(Samples::<f32, Tokens<1>>::lend::<2>(&[4, 5], 0), Some(&[[4], [5]]));
    }

    #[test]
    fn unequal_sides_and_samples_out_of_range_are_errors() {
        let (mut x, mut y) = ([0.0], [0.0]);
        let unequal = ([1.0, 2.0], [[1.0]]);
        let got = sample::<Vals<1>, Vals<1>, _>(&unequal, 0, &mut x, &mut y);
        assert_eq!(got, Err(SliceError::Unequal { first: 2, second: 1 }));
        assert_eq!(
            Dataset::<f32, Vals<1>, Vals<1>>::len(&unequal),
            2,
            "an empty data set would hide the error"
        );
        let got = sample::<Vals<1>, Vals<1>, _>(&([1.0], [2.0]), 1, &mut x, &mut y);
        assert_eq!(got, Err(SliceError::OutOfRange { index: 1, len: 1 }));
    }
}
