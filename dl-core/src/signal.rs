//! What flows between layers, and how many of its steps are valid.
//!
//! A chunk of `B` samples of `N` numbers is one `SMatrix<T, N, B>`: a sample is a contiguous column. Inside a sample
//! the order is PyTorch's: `[channels, height, width]` with the width fastest, `[steps, features]` with the features
//! fastest. Tokens are `[[u16; N]; B]`.
//!
//! Authors of layers write these types out; the associated types below only let one trait speak of all of them:
//!
//! | signal | [`Ref`](Signal::Ref) | [`Mut`](Signal::Mut) | [`Grad`](Signal::Grad) |
//! |---|---|---|---|
//! | [`Vals<N>`] | `&SMatrix<T, N, B>` | `&mut SMatrix<T, N, B>` | `Option<&mut SMatrix<T, N, B>>` |
//! | [`Tokens<N>`] | `&[[u16; N]; B]` | `&mut [[u16; N]; B]` | `()` |
//! | `(X, Y)` | `(X::Ref, Y::Ref)` | `(X::Mut, Y::Mut)` | `(X::Grad, Y::Grad)` |

use core::{fmt, slice};

use nalgebra::SMatrix;

use crate::{Blank, Real, ZeroValid, place};

/// What flows along an edge of a network.
///
/// ```
/// use dl_core::nalgebra::matrix;
/// use dl_core::{Signal, Vals};
///
/// let mut buf = matrix![1.0_f32, 3.0; 2.0, 4.0]; // two samples of two numbers
/// assert_eq!(Vals::<2>::sample_ref::<f32, 2>(&buf, 1), &[3.0, 4.0]);
/// Vals::<2>::put::<f32, 2>(&mut buf, 1, &[5.0, 6.0]);
/// assert_eq!(buf, matrix![1.0, 5.0; 2.0, 6.0]);
/// ```
pub trait Signal: 'static {
    /// Storage for a chunk of `B` samples.
    type Buf<T: Real, const B: usize>: Blank + ZeroValid;
    /// A chunk, lent for reading.
    type Ref<'a, T: Real, const B: usize>: Copy;
    /// A chunk, lent for writing.
    type Mut<'a, T: Real, const B: usize>;
    /// Where the gradient with respect to a chunk goes; `None` where nobody wants it, `()` for tokens.
    type Grad<'a, T: Real, const B: usize>;
    /// The valid lengths of a chunk.
    type Lens<'a, const B: usize>: Lengths<'a, B>;
    /// Storage for the valid lengths of a chunk.
    type LenBuf<const B: usize>: Blank + ZeroValid;
    /// One sample, lent for writing.
    type Sample<'a, T: Real>;
    /// One sample, lent for reading.
    type SampleRef<'a, T: Real>: Copy;
    /// The valid steps of one sample.
    type Len: Copy + Send + Sync + fmt::Debug;

    /// All steps of a sample are valid.
    const ALL: Self::Len;

    /// Lends a buffer for reading.
    fn get<T: Real, const B: usize>(buf: &Self::Buf<T, B>) -> Self::Ref<'_, T, B>;
    /// The same chunk, lent for a shorter time.
    fn shorten<'s, 'a: 's, T: Real, const B: usize>(chunk: Self::Ref<'a, T, B>) -> Self::Ref<'s, T, B>;
    /// Lends a buffer for writing.
    fn get_mut<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>) -> Self::Mut<'_, T, B>;
    /// Asks for the gradient, into a buffer.
    fn grad<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>) -> Self::Grad<'_, T, B>;
    /// Asks for no gradient.
    fn no_grad<'a, T: Real, const B: usize>() -> Self::Grad<'a, T, B>;
    /// Multiplies all numbers of a buffer; tokens stay as they are.
    fn scale<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, by: T);
    /// Lends sample `b` of a buffer for writing.
    fn sample<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, b: usize) -> Self::Sample<'_, T>;
    /// Lends sample `b` of a buffer for reading.
    fn sample_ref<T: Real, const B: usize>(buf: &Self::Buf<T, B>, b: usize) -> Self::SampleRef<'_, T>;
    /// Writes a sample over sample `b`.
    fn put<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, b: usize, sample: Self::SampleRef<'_, T>);
    /// One sample as a chunk, if `B` is 1.
    fn alone<'s, 'a: 's, T: Real, const B: usize>(
        sample: Self::SampleRef<'a, T>,
    ) -> Option<Self::Ref<'s, T, B>>;
    /// Copies sample `from` over sample `to`.
    fn copy_sample<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, from: usize, to: usize);
    /// Stores how many steps of sample `b` are valid.
    fn set_len<const B: usize>(buf: &mut Self::LenBuf<B>, b: usize, len: Self::Len);
    /// Lengths as they were stored.
    fn lens<const B: usize>(buf: &Self::LenBuf<B>) -> Self::Lens<'_, B>;
}

/// `N` numbers a sample, in any arrangement.
///
/// ```
/// use dl_core::nalgebra::matrix;
/// use dl_core::{Loss, Pass, Vals, loss::Mse};
///
/// // two samples of one number
/// let count = Loss::<f32, Vals<1>>::count(&Mse, &matrix![1.0, 2.0], Pass::<2>::infer());
/// assert_eq!(count, 2.0);
/// ```
#[derive(Debug)]
pub struct Vals<const N: usize>;

/// `N` tokens a sample; a token is a `u16`.
///
/// ```
/// use dl_core::{Blank, Signal, Tokens};
///
/// let mut chunk = <Tokens<3> as Signal>::Buf::<f32, 2>::ZERO;
/// *Tokens::<3>::sample::<f32, 2>(&mut chunk, 1) = [7, 8, 9];
/// assert_eq!(chunk, [[0, 0, 0], [7, 8, 9]]);
/// ```
#[derive(Debug)]
pub struct Tokens<const N: usize>;

impl<const N: usize> Signal for Vals<N> {
    type Buf<T: Real, const B: usize> = SMatrix<T, N, B>;
    type Ref<'a, T: Real, const B: usize> = &'a SMatrix<T, N, B>;
    type Mut<'a, T: Real, const B: usize> = &'a mut SMatrix<T, N, B>;
    type Grad<'a, T: Real, const B: usize> = Option<&'a mut SMatrix<T, N, B>>;
    type Lens<'a, const B: usize> = Lens<'a, B>;
    type LenBuf<const B: usize> = [u16; B];
    type Sample<'a, T: Real> = &'a mut [T; N];
    type SampleRef<'a, T: Real> = &'a [T; N];
    type Len = u16;

    const ALL: u16 = u16::MAX;

    fn get<T: Real, const B: usize>(buf: &SMatrix<T, N, B>) -> &SMatrix<T, N, B> {
        buf
    }
    fn shorten<'s, 'a: 's, T: Real, const B: usize>(chunk: &'a SMatrix<T, N, B>) -> &'s SMatrix<T, N, B> {
        chunk
    }
    fn get_mut<T: Real, const B: usize>(buf: &mut SMatrix<T, N, B>) -> &mut SMatrix<T, N, B> {
        buf
    }
    fn grad<T: Real, const B: usize>(buf: &mut SMatrix<T, N, B>) -> Option<&mut SMatrix<T, N, B>> {
        Some(buf)
    }
    fn no_grad<'a, T: Real, const B: usize>() -> Option<&'a mut SMatrix<T, N, B>> {
        None
    }
    fn scale<T: Real, const B: usize>(buf: &mut SMatrix<T, N, B>, by: T) {
        buf.as_mut_slice().iter_mut().for_each(|v| *v *= by);
    }
    fn sample<T: Real, const B: usize>(buf: &mut SMatrix<T, N, B>, b: usize) -> &mut [T; N] {
        &mut buf.data.0[b]
    }
    fn sample_ref<T: Real, const B: usize>(buf: &SMatrix<T, N, B>, b: usize) -> &[T; N] {
        &buf.data.0[b]
    }
    fn put<T: Real, const B: usize>(buf: &mut SMatrix<T, N, B>, b: usize, sample: &[T; N]) {
        buf.data.0[b].copy_from_slice(sample);
    }
    fn alone<'s, 'a: 's, T: Real, const B: usize>(sample: &'a [T; N]) -> Option<&'s SMatrix<T, N, B>> {
        if B == 1 { slice::from_ref(sample).first_chunk().map(place::columns) } else { None }
    }
    fn set_len<const B: usize>(buf: &mut [u16; B], b: usize, len: u16) {
        buf[b] = len;
    }
    fn copy_sample<T: Real, const B: usize>(buf: &mut SMatrix<T, N, B>, from: usize, to: usize) {
        buf.as_mut_slice().copy_within(from * N..(from + 1) * N, to * N);
    }
    fn lens<const B: usize>(buf: &[u16; B]) -> Lens<'_, B> {
        Lens::of(buf)
    }
}

impl<const N: usize> Signal for Tokens<N> {
    type Buf<T: Real, const B: usize> = [[u16; N]; B];
    type Ref<'a, T: Real, const B: usize> = &'a [[u16; N]; B];
    type Mut<'a, T: Real, const B: usize> = &'a mut [[u16; N]; B];
    type Grad<'a, T: Real, const B: usize> = ();
    type Lens<'a, const B: usize> = Lens<'a, B>;
    type LenBuf<const B: usize> = [u16; B];
    type Sample<'a, T: Real> = &'a mut [u16; N];
    type SampleRef<'a, T: Real> = &'a [u16; N];
    type Len = u16;

    const ALL: u16 = u16::MAX;

    fn get<T: Real, const B: usize>(buf: &[[u16; N]; B]) -> &[[u16; N]; B] {
        buf
    }
    fn shorten<'s, 'a: 's, T: Real, const B: usize>(chunk: &'a [[u16; N]; B]) -> &'s [[u16; N]; B] {
        chunk
    }
    fn get_mut<T: Real, const B: usize>(buf: &mut [[u16; N]; B]) -> &mut [[u16; N]; B] {
        buf
    }
    fn grad<T: Real, const B: usize>(_: &mut [[u16; N]; B]) {}
    fn no_grad<'a, T: Real, const B: usize>() -> Self::Grad<'a, T, B> {}
    fn scale<T: Real, const B: usize>(_: &mut [[u16; N]; B], _: T) {}
    fn sample<T: Real, const B: usize>(buf: &mut [[u16; N]; B], b: usize) -> &mut [u16; N] {
        &mut buf[b]
    }
    fn sample_ref<T: Real, const B: usize>(buf: &[[u16; N]; B], b: usize) -> &[u16; N] {
        &buf[b]
    }
    fn put<T: Real, const B: usize>(buf: &mut [[u16; N]; B], b: usize, sample: &[u16; N]) {
        buf[b].copy_from_slice(sample);
    }
    fn alone<'s, 'a: 's, T: Real, const B: usize>(sample: &'a [u16; N]) -> Option<&'s [[u16; N]; B]> {
        if B == 1 { slice::from_ref(sample).first_chunk() } else { None }
    }
    fn set_len<const B: usize>(buf: &mut [u16; B], b: usize, len: u16) {
        buf[b] = len;
    }
    fn copy_sample<T: Real, const B: usize>(buf: &mut [[u16; N]; B], from: usize, to: usize) {
        buf[to] = buf[from];
    }
    fn lens<const B: usize>(buf: &[u16; B]) -> Lens<'_, B> {
        Lens::of(buf)
    }
}

macro_rules! tuples {
    ($($first:ident $first_at:tt, $($part:ident $at:tt),+;)*) => { $(
        impl<$first: Signal, $($part: Signal),+> Signal for ($first, $($part),+) {
            type Buf<T: Real, const B: usize> = ($first::Buf<T, B>, $($part::Buf<T, B>),+);
            type Ref<'a, T: Real, const B: usize> = ($first::Ref<'a, T, B>, $($part::Ref<'a, T, B>),+);
            type Mut<'a, T: Real, const B: usize> = ($first::Mut<'a, T, B>, $($part::Mut<'a, T, B>),+);
            type Grad<'a, T: Real, const B: usize> = ($first::Grad<'a, T, B>, $($part::Grad<'a, T, B>),+);
            type Lens<'a, const B: usize> = ($first::Lens<'a, B>, $($part::Lens<'a, B>),+);
            type LenBuf<const B: usize> = ($first::LenBuf<B>, $($part::LenBuf<B>),+);
            type Sample<'a, T: Real> = ($first::Sample<'a, T>, $($part::Sample<'a, T>),+);
            type SampleRef<'a, T: Real> = ($first::SampleRef<'a, T>, $($part::SampleRef<'a, T>),+);
            type Len = ($first::Len, $($part::Len),+);

            const ALL: Self::Len = ($first::ALL, $($part::ALL),+);

            fn get<T: Real, const B: usize>(buf: &Self::Buf<T, B>) -> Self::Ref<'_, T, B> {
                ($first::get::<T, B>(&buf.$first_at), $($part::get::<T, B>(&buf.$at)),+)
            }
            fn shorten<'s, 'a: 's, T: Real, const B: usize>(chunk: Self::Ref<'a, T, B>) -> Self::Ref<'s, T, B> {
                ($first::shorten::<T, B>(chunk.$first_at), $($part::shorten::<T, B>(chunk.$at)),+)
            }
            fn get_mut<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>) -> Self::Mut<'_, T, B> {
                ($first::get_mut::<T, B>(&mut buf.$first_at), $($part::get_mut::<T, B>(&mut buf.$at)),+)
            }
            fn grad<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>) -> Self::Grad<'_, T, B> {
                ($first::grad::<T, B>(&mut buf.$first_at), $($part::grad::<T, B>(&mut buf.$at)),+)
            }
            fn no_grad<'a, T: Real, const B: usize>() -> Self::Grad<'a, T, B> {
                ($first::no_grad::<T, B>(), $($part::no_grad::<T, B>()),+)
            }
            fn scale<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, by: T) {
                $first::scale::<T, B>(&mut buf.$first_at, by);
                $($part::scale::<T, B>(&mut buf.$at, by);)+
            }
            fn sample<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, b: usize) -> Self::Sample<'_, T> {
                ($first::sample::<T, B>(&mut buf.$first_at, b), $($part::sample::<T, B>(&mut buf.$at, b)),+)
            }
            fn sample_ref<T: Real, const B: usize>(buf: &Self::Buf<T, B>, b: usize) -> Self::SampleRef<'_, T> {
                ($first::sample_ref::<T, B>(&buf.$first_at, b), $($part::sample_ref::<T, B>(&buf.$at, b)),+)
            }
            fn put<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, b: usize, sample: Self::SampleRef<'_, T>) {
                $first::put::<T, B>(&mut buf.$first_at, b, sample.$first_at);
                $($part::put::<T, B>(&mut buf.$at, b, sample.$at);)+
            }
            fn alone<'s, 'a: 's, T: Real, const B: usize>(sample: Self::SampleRef<'a, T>) -> Option<Self::Ref<'s, T, B>> {
                Some(($first::alone::<T, B>(sample.$first_at)?, $($part::alone::<T, B>(sample.$at)?),+))
            }
            fn set_len<const B: usize>(buf: &mut Self::LenBuf<B>, b: usize, len: Self::Len) {
                $first::set_len(&mut buf.$first_at, b, len.$first_at);
                $($part::set_len(&mut buf.$at, b, len.$at);)+
            }
            fn copy_sample<T: Real, const B: usize>(buf: &mut Self::Buf<T, B>, from: usize, to: usize) {
                $first::copy_sample::<T, B>(&mut buf.$first_at, from, to);
                $($part::copy_sample::<T, B>(&mut buf.$at, from, to);)+
            }
            fn lens<const B: usize>(buf: &Self::LenBuf<B>) -> Self::Lens<'_, B> {
                ($first::lens(&buf.$first_at), $($part::lens(&buf.$at)),+)
            }
        }
        impl<'a, const B: usize, $first: Lengths<'a, B>, $($part: Lengths<'a, B>),+> Lengths<'a, B>
            for ($first, $($part),+)
        {
            const FULL: Self = ($first::FULL, $($part::FULL),+);
            fn lead(self) -> Lens<'a, B> {
                self.$first_at.lead()
            }
            fn carry(lens: Lens<'a, B>) -> Self {
                ($first::carry(lens), $($part::carry(lens)),+)
            }
        }
    )* };
}
tuples! { X 0, Y 1; X 0, Y 1, Z 2; }

/// [`Lens`], or a tuple of them for a tuple of signals.
///
/// ```
/// use dl_core::signal::{Lengths, Lens};
///
/// let lens = Lens::of(&[7, 2]);
/// let (a, b) = <(Lens<2>, Lens<2>)>::carry(lens);
/// assert_eq!((a.steps(0, 10), b.steps(1, 10)), (7, 2));
/// assert!(<Lens<2> as Lengths<2>>::FULL.is_full());
/// ```
pub trait Lengths<'a, const B: usize>: Copy {
    /// Every step is valid.
    const FULL: Self;
    /// The lengths of the first part.
    fn lead(self) -> Lens<'a, B>;
    /// The same lengths for every part.
    fn carry(lens: Lens<'a, B>) -> Self;
}

/// How many steps of each sample are valid, as seen by one value of the network.
///
/// It borrows the lengths of the network's input and remembers how the layers since then have shortened them, so it
/// is a few bytes and no layer stores lengths of its own. Layers that cross steps, and losses, ask
/// [`steps`](Lens::steps); all others ignore it.
///
/// ```
/// use dl_core::signal::{Lens, LenMap};
///
/// let lens = Lens::of(&[7, 2]);
/// assert_eq!(lens.steps(0, 10), 7);
/// let after = lens.map(LenMap::window(3, 2, 0)); // a window of 3 steps, stride 2
/// assert_eq!((after.steps(0, 4), after.steps(1, 4)), (3, 0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lens<'a, const B: usize> {
    valid: Option<&'a [u16; B]>,
    map: LenMap,
}

impl<'a, const B: usize> Lens<'a, B> {
    /// `valid[b]` steps of sample `b` count.
    ///
    /// ```
    /// let lens = dl_core::Lens::of(&[7, 2]);
    /// assert_eq!((lens.steps(0, 10), lens.steps(1, 10)), (7, 2));
    /// ```
    pub const fn of(valid: &'a [u16; B]) -> Self {
        Lens { valid: Some(valid), map: LenMap::SAME }
    }

    /// The valid steps of sample `b` of a value that has `all` steps; a length of `u16::MAX` says all.
    ///
    /// ```
    /// assert_eq!(dl_core::Lens::of(&[7]).steps(0, 5), 5); // no more than there are
    /// ```
    #[inline]
    pub fn steps(&self, b: usize, all: usize) -> usize {
        match self.valid {
            Some(valid) if !self.map.drop => self.map.steps(valid[b], all),
            _ => all,
        }
    }

    /// The same for any number of samples, as kernels that are compiled once take it.
    #[inline(always)]
    pub(crate) fn of_any(self) -> AnyLens<'a> {
        AnyLens { valid: self.valid.filter(|_| !self.map.drop).map(|valid| &valid[..]), map: self.map }
    }

    /// Whether every step counts.
    ///
    /// ```
    /// use dl_core::{Lens, signal::LenMap};
    ///
    /// let lens = Lens::of(&[7]);
    /// assert!(!lens.is_full() && lens.map(LenMap::DROP).is_full());
    /// ```
    #[inline]
    pub fn is_full(&self) -> bool {
        self.valid.is_none() || self.map.drop
    }

    /// The lengths behind a layer that maps them by `map`.
    ///
    /// ```
    /// use dl_core::{Lens, signal::LenMap};
    ///
    /// assert_eq!(Lens::of(&[7]).map(LenMap::window(2, 2, 0)).steps(0, 5), 3);
    /// ```
    #[inline]
    pub const fn map(mut self, map: LenMap) -> Self {
        self.map = self.map.then(map);
        self
    }
}

impl<'a, const B: usize> Lengths<'a, B> for Lens<'a, B> {
    const FULL: Self = Lens { valid: None, map: LenMap::SAME };
    fn lead(self) -> Lens<'a, B> {
        self
    }
    fn carry(lens: Lens<'a, B>) -> Self {
        lens
    }
}

/// [`Lens`] of any number of samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnyLens<'a> {
    valid: Option<&'a [u16]>,
    map: LenMap,
}

impl AnyLens<'_> {
    /// Every step is valid.
    pub(crate) const FULL: AnyLens<'static> = AnyLens { valid: None, map: LenMap::SAME };

    /// See [`Lens::steps`]; of a sample that there is not, all.
    #[inline]
    pub(crate) fn steps(self, b: usize, all: usize) -> usize {
        self.valid.and_then(|valid| valid.get(b)).map_or(all, |&valid| self.map.steps(valid, all))
    }

    /// See [`Lens::is_full`].
    #[inline]
    pub(crate) fn is_full(self) -> bool {
        self.valid.is_none()
    }
}

/// How a layer maps the number of valid steps: `⌊(n + add) / div⌋`, or drops it.
///
/// Maps of this form are closed under composition, so a chain of layers is one map. That holds for windows wider than
/// their padding; a wider padding would make steps out of a sample that has none left.
///
/// ```
/// use dl_core::{Lens, signal::LenMap};
///
/// let (conv, pool) = (LenMap::window(5, 1, 0), LenMap::window(2, 2, 0));
/// assert_eq!(Lens::of(&[20]).map(conv.then(pool)).steps(0, 100), 8); // ⌊(20 − 4) / 2⌋
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LenMap {
    add: i64,
    div: i64,
    drop: bool,
}

impl LenMap {
    /// Steps in, the same steps out: the default of a layer.
    ///
    /// ```
    /// use dl_core::{Lens, signal::LenMap};
    ///
    /// assert_eq!(Lens::of(&[7]).map(LenMap::SAME).steps(0, 10), 7);
    /// ```
    pub const SAME: LenMap = LenMap { add: 0, div: 1, drop: false };
    /// No steps come out: a mean over steps, the last state.
    ///
    /// ```
    /// use dl_core::{Lens, signal::LenMap};
    ///
    /// assert!(Lens::of(&[7]).map(LenMap::DROP).is_full());
    /// ```
    pub const DROP: LenMap = LenMap { add: 0, div: 1, drop: true };

    /// A sliding window: `(n + padding − kernel) / stride + 1`, where `padding` counts both ends and is less than
    /// `kernel` (with dilation, the steps that the window spans).
    ///
    /// ```
    /// use dl_core::{Lens, signal::LenMap};
    ///
    /// let same = LenMap::window(3, 1, 2); // one step of padding at each end
    /// assert_eq!(Lens::of(&[7]).map(same).steps(0, 10), 7);
    /// ```
    ///
    /// # Panics
    /// If `stride` is 0.
    pub const fn window(kernel: usize, stride: usize, padding: usize) -> LenMap {
        assert!(stride > 0, "windows that do not move have no number");
        LenMap { add: padding as i64 - kernel as i64 + stride as i64, div: stride as i64, drop: false }
    }

    /// This map, then `next`.
    ///
    /// ```
    /// use dl_core::signal::LenMap;
    ///
    /// assert_eq!(LenMap::SAME.then(LenMap::window(2, 2, 0)), LenMap::window(2, 2, 0));
    /// ```
    pub const fn then(self, next: LenMap) -> LenMap {
        // ⌊(⌊(n + a) / d⌋ + b) / e⌋ = ⌊(n + a + b d) / (d e)⌋
        LenMap { add: self.add + next.add * self.div, div: self.div * next.div, drop: self.drop || next.drop }
    }

    /// Of a value that has `all` steps, so many, where `valid` were at first, or all.
    #[inline]
    fn steps(self, valid: u16, all: usize) -> usize {
        if valid == u16::MAX { all } else { self.apply(valid.into()).min(all) }
    }

    fn apply(self, n: usize) -> usize {
        // nothing divides by zero: a stride is at least 1
        (n as i64 + self.add).checked_div_euclid(self.div).unwrap_or(0).max(0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_steps_are_valid_however_many() {
        let valid = [<Vals<70_000> as Signal>::ALL, 60_000];
        let lens = Lens::of(&valid);
        assert_eq!((lens.steps(0, 70_000), lens.steps(1, 70_000)), (70_000, 60_000));
        assert_eq!(lens.map(LenMap::window(3, 1, 0)).steps(0, 69_998), 69_998);
    }

    #[test]
    fn composed_length_maps_equal_one_after_the_other() {
        for n in 0..40_u16 {
            for (k, s, p) in [(3, 1, 2), (5, 2, 0), (4, 3, 1), (2, 2, 0)] {
                let window = |n: usize| if n + p < k { 0 } else { (n + p - k) / s + 1 };
                let valid = [n];
                let once = Lens::of(&valid).map(LenMap::window(k, s, p));
                assert_eq!(once.steps(0, usize::MAX), window(n as usize), "n {n} k {k} s {s} p {p}");
                let twice = once.map(LenMap::window(2, 2, 0));
                assert_eq!(twice.steps(0, usize::MAX), window(n as usize) / 2, "n {n} k {k} s {s} p {p}");
            }
        }
    }
}
