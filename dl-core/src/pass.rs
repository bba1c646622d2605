//! What travels with every call: mode, live samples, valid lengths, random key.

use core::marker::PhantomData;

use crate::Blank;
use crate::kernels::Isa;
use crate::rng::Rng;
use crate::signal::{Lengths, Lens};

/// What a call is for.
///
/// ```
/// use dl_core::{Pass, Rng, pass::Mode};
///
/// assert_eq!(Pass::<1>::infer().mode(), Mode::Infer);
/// assert_eq!(Pass::<1>::train(Rng::new(0)).mode(), Mode::Train);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Nothing is learned: dropout passes everything, batch norm uses its running statistics.
    Infer,
    /// Part of a training step.
    Train,
}

/// The circumstances of a call, handed down through all layers.
///
/// It is a small `Copy` value. A layer that needs none of it only hands it on. There is no default: a call says
/// [`Pass::infer`] or [`Pass::train`].
///
/// ```
/// use dl_core::{Pass, Rng};
///
/// let whole = Pass::<4>::infer();
/// let last = Pass::<4>::train(Rng::new(7)).chunk(8, 3); // samples 8, 9, 10 of a step of 11
/// assert_eq!((whole.live(), last.live()), (4, 3));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a, const B: usize, L = Lens<'a, B>> {
    mode: Mode,
    isa: Isa,
    fresh: bool,
    live: usize,
    first: usize,
    key: Rng,
    lens: L,
    chunk: PhantomData<&'a [(); B]>,
}

impl<'a, const B: usize, L: Lengths<'a, B>> Pass<'a, B, L> {
    /// Inference: all `B` samples count, all steps are valid.
    ///
    /// ```
    /// let pass = dl_core::Pass::<4>::infer();
    /// assert_eq!((pass.is_train(), pass.live()), (false, 4));
    /// ```
    #[inline(always)]
    pub fn infer() -> Self {
        Pass {
            mode: Mode::Infer,
            isa: Isa::best(),
            fresh: false,
            live: B,
            first: 0,
            key: Rng::new(0),
            lens: L::FULL,
            chunk: PhantomData,
        }
    }

    /// Training: all `B` samples count, all steps are valid; `key` seeds this step's randomness.
    ///
    /// ```
    /// use dl_core::{Pass, Rng};
    ///
    /// let pass = Pass::<4>::train(Rng::new(7));
    /// assert_eq!((pass.is_train(), pass.live()), (true, 4));
    /// ```
    #[inline(always)]
    pub fn train(key: Rng) -> Self {
        Pass {
            mode: Mode::Train,
            isa: Isa::best(),
            fresh: false,
            live: B,
            first: 0,
            key,
            lens: L::FULL,
            chunk: PhantomData,
        }
    }

    /// Only the first `live` samples of the chunk count, which are samples `first ..` of the step.
    ///
    /// ```
    /// use dl_core::{Pass, Rng};
    ///
    /// // sample 5 of the step is the same in chunks of 4 and of 2
    /// let (of_4, of_2) = (Pass::<4>::train(Rng::new(7)).chunk(4, 4), Pass::<2>::train(Rng::new(7)).chunk(4, 2));
    /// assert_eq!(of_4.rng(1), of_2.rng(1));
    /// ```
    #[inline(always)]
    pub const fn chunk(mut self, first: usize, live: usize) -> Self {
        assert!(live <= B, "more live samples than the chunk holds");
        self.first = first;
        self.live = live;
        self
    }

    /// The input is padded: of each sample only its valid steps count.
    ///
    /// What the padding holds does not matter, as long as it is finite.
    ///
    /// ```
    /// use dl_core::Pass;
    /// use dl_core::signal::Lens;
    ///
    /// let pass = Pass::infer().padded(Lens::of(&[3, 1]));
    /// assert_eq!((pass.lens().steps(0, 4), pass.lens().steps(1, 4)), (3, 1));
    /// ```
    #[inline(always)]
    pub const fn padded(mut self, lens: L) -> Self {
        self.lens = lens;
        self
    }

    /// The same pass, for a value with these lengths.
    ///
    /// ```
    /// use dl_core::{Lens, Pass};
    ///
    /// let valid = [3, 1];
    /// let pass = Pass::<2>::infer();
    /// assert_eq!(pass.with_lens(Lens::of(&valid)).lens().steps(1, 4), 1);
    /// ```
    #[inline(always)]
    pub fn with_lens<M: Lengths<'a, B>>(self, lens: M) -> Pass<'a, B, M> {
        Pass {
            mode: self.mode,
            isa: self.isa,
            fresh: self.fresh,
            live: self.live,
            first: self.first,
            key: self.key,
            lens,
            chunk: PhantomData,
        }
    }

    /// The same pass, for the part numbered `index`, whose random numbers are its own.
    ///
    /// ```
    /// use dl_core::{Pass, Rng};
    ///
    /// let pass = Pass::<1>::train(Rng::new(7));
    /// assert_ne!(pass.at(0).rng(0), pass.at(1).rng(0));
    /// ```
    #[inline(always)]
    pub const fn at(mut self, index: u64) -> Self {
        self.key = self.key.fork(index);
        self
    }

    /// The same pass, with other instructions: [`Isa::PORTABLE`] gives the same bits on every target.
    ///
    /// ```
    /// use dl_core::{Pass, kernels::Isa};
    ///
    /// assert_eq!(Pass::<1>::infer().on(Isa::PORTABLE).isa(), Isa::PORTABLE);
    /// ```
    #[inline(always)]
    pub const fn on(mut self, isa: Isa) -> Self {
        self.isa = isa;
        self
    }

    /// The instructions that kernels may use. The functions in [`kernels`](crate::kernels) take a pass as well.
    ///
    /// ```
    /// use dl_core::{Pass, kernels::Isa};
    ///
    /// assert_eq!(Pass::<1>::infer().isa(), Isa::best());
    /// ```
    #[inline(always)]
    pub const fn isa(&self) -> Isa {
        self.isa
    }

    /// The same pass, where the gradient holds nothing yet: layers that say
    /// [`SETS_GRAD`](crate::Layer::SETS_GRAD) overwrite it.
    ///
    /// Clearing a gradient that is then added to costs two passes over memory. Only for a network that says it.
    ///
    /// ```
    /// use dl_core::{Pass, Rng};
    ///
    /// assert!(Pass::<1>::train(Rng::new(0)).fresh(true).is_fresh());
    /// ```
    #[inline(always)]
    pub const fn fresh(mut self, fresh: bool) -> Self {
        self.fresh = fresh;
        self
    }

    /// Whether the gradient holds nothing yet.
    ///
    /// ```
    /// assert!(!dl_core::Pass::<1>::infer().is_fresh());
    /// ```
    #[inline(always)]
    pub const fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// A parameter's gradient, ready to be added to: cleared where it holds nothing yet. For a layer that says
    /// [`SETS_GRAD`](crate::Layer::SETS_GRAD) and whose parameters are few.
    ///
    /// ```
    /// let (mut old, pass) = ([7.0], dl_core::Pass::<1>::infer());
    /// assert_eq!(pass.gradient(&mut old), [7.0]);
    /// assert_eq!(pass.fresh(true).gradient(&mut old), [0.0]);
    /// ```
    #[inline(always)]
    pub fn gradient<'g, T: Blank>(&self, grad: &'g mut [T]) -> &'g mut [T] {
        if self.fresh {
            grad.fill_with(|| T::ZERO);
        }
        grad
    }

    /// Training or inference.
    ///
    /// ```
    /// assert_eq!(dl_core::Pass::<1>::infer().mode(), dl_core::pass::Mode::Infer);
    /// ```
    #[inline]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether this call is part of a training step.
    ///
    /// ```
    /// assert!(!dl_core::Pass::<1>::infer().is_train());
    /// ```
    #[inline]
    pub const fn is_train(&self) -> bool {
        matches!(self.mode, Mode::Train)
    }

    /// How many samples of the chunk count: the first `live`. The others are copies that fill the chunk.
    ///
    /// ```
    /// assert_eq!(dl_core::Pass::<4>::infer().chunk(0, 3).live(), 3);
    /// ```
    #[inline(always)]
    pub const fn live(&self) -> usize {
        // no more than `B` are, which is said again for the compiler
        if self.live < B { self.live } else { B }
    }

    /// How many of a chunk's numbers, or columns, count.
    #[inline(always)]
    pub(crate) fn live_of(&self, numbers: usize) -> usize {
        numbers / B.max(1) * self.live()
    }

    /// The numbers of a chunk's samples that count.
    ///
    /// Layers that do not mix samples may leave out the others, as the built-in ones do.
    ///
    /// ```
    /// let pass = dl_core::Pass::<3>::infer().chunk(0, 2);
    /// assert_eq!(pass.live_part(&[1, 2, 3, 4, 5, 6]), [1, 2, 3, 4]);
    /// ```
    #[inline(always)]
    pub fn live_part<'s, T>(&self, values: &'s [T]) -> &'s [T] {
        &values[..self.live_of(values.len())]
    }

    /// Computes `y` of the samples that count by `f(x, y)`, and gives the others the numbers of the first.
    ///
    /// Copies, not zeros: a layer behind this one may compute them too, and zero may lie outside of its domain. A
    /// logarithm there would turn the zero that comes back for such a sample into NaN.
    ///
    /// ```
    /// use dl_core::{Pass, Rng};
    ///
    /// let pass = Pass::<3>::train(Rng::new(0)).chunk(0, 2);
    /// let mut y = [0; 6];
    /// pass.forward_live(&[1, 2, 3], &mut y, |x, y| {
    ///     assert_eq!(x, [1, 2]);
    ///     y.copy_from_slice(&[5, 6, 7, 8]);
    /// });
    /// assert_eq!(y, [5, 6, 7, 8, 5, 6]);
    /// ```
    #[inline(always)]
    pub fn forward_live<S, T: Blank + Copy>(&self, x: &[S], y: &mut [T], f: impl FnOnce(&[S], &mut [T])) {
        f(self.live_part(x), self.live_part_of(y));
        self.copy_first(y);
    }

    /// [`live_part`](Self::live_part), to be written; the other samples' numbers stay.
    #[inline(always)]
    pub(crate) fn live_part_of<'s, T>(&self, values: &'s mut [T]) -> &'s mut [T] {
        let live = self.live_of(values.len());
        &mut values[..live]
    }

    /// Gives the samples of `y` that do not count the numbers of the first: the end of [`forward_live`](Self::forward_live).
    #[inline(always)]
    pub(crate) fn copy_first<T: Blank + Copy>(&self, y: &mut [T]) {
        if self.live() < B {
            let sample = y.len() / B;
            let (live, others) = y.split_at_mut(self.live_of(y.len()));
            match live.get(..sample) {
                Some(first) if sample > 0 => {
                    others.chunks_exact_mut(sample).for_each(|y| y.copy_from_slice(first))
                }
                _ => others.fill(T::ZERO),
            }
        }
    }

    /// [`live_part`](Self::live_part), to be written; the other samples' numbers become zero, as in `dx`.
    ///
    /// ```
    /// use dl_core::{Pass, Rng};
    ///
    /// let pass = Pass::<3>::train(Rng::new(0)).chunk(0, 2);
    /// let mut dx = [1, 2, 3, 4, 5, 6];
    /// pass.live_part_mut(&mut dx).fill(7);
    /// assert_eq!(dx, [7, 7, 7, 7, 0, 0]);
    /// ```
    #[inline(always)]
    pub fn live_part_mut<'s, T: Blank>(&self, values: &'s mut [T]) -> &'s mut [T] {
        let (live, others) = values.split_at_mut(self.live_of(values.len()));
        others.fill_with(|| T::ZERO);
        live
    }

    /// All of `values`, where the numbers of the samples that do not count are zero now.
    #[inline(always)]
    pub(crate) fn clear_rest<'s, T: Blank>(&self, values: &'s mut [T]) -> &'s mut [T] {
        self.live_part_mut(values);
        values
    }

    /// The valid lengths of the input.
    ///
    /// ```
    /// assert!(dl_core::Pass::<2>::infer().lens().is_full());
    /// ```
    #[inline(always)]
    pub const fn lens(&self) -> L {
        self.lens
    }

    /// The random numbers of sample `b` in this layer and step: the same for any chunking and any threads.
    ///
    /// ```
    /// use dl_core::{Pass, Rng};
    ///
    /// let pass = Pass::<2>::train(Rng::new(7));
    /// assert_eq!(pass.rng(1), pass.chunk(1, 1).rng(0));
    /// assert_ne!(pass.rng(0), pass.rng(1));
    /// ```
    #[inline]
    pub const fn rng(&self, b: usize) -> Rng {
        self.key.fork((self.first + b) as u64)
    }
}
