//! Inference one step at a time.

use core::fmt;

use crate::kernels::{Entered, Isa, enter};
use crate::place::{self, Place};
use crate::signal::Lengths;
use crate::stream::{StateOf, StepWorkOf};
use crate::{Blank, Network, Pass, Rng, Signal, StreamNetwork, small};

use super::aligned::Aligned;
use super::memory::alone;
use super::trainer::stream;

/// What comes in at one step of network `N`, lent for reading: `&[T; F]`, `&[u16; 1]`, or a tuple of those.
pub type StepInOf<'a, N> = <<N as StreamNetwork>::StepIn as Signal>::SampleRef<'a, <N as Network>::Scalar>;
/// What goes out at one step of network `N`, lent for reading.
pub type StepOutOf<'a, N> = <<N as StreamNetwork>::StepOut as Signal>::SampleRef<'a, <N as Network>::Scalar>;

type StepIn<N> = <<N as StreamNetwork>::StepIn as Signal>::Buf<<N as Network>::Scalar, 1>;
type StepOut<N> = <<N as StreamNetwork>::StepOut as Signal>::Buf<<N as Network>::Scalar, 1>;
type StepPass<'a, N> = Pass<'a, 1, <<N as StreamNetwork>::StepIn as Signal>::Lens<'a, 1>>;

/// All that a [`StreamModel`] needs: the network first, then its state, scratch memory, output and input.
///
/// [`Blank::ZERO`] of it can initialize a `static`, for [`StreamModel::in_place`].
///
/// ```
/// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
/// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
/// # use dl_core::{Blank, train::StreamMemory};
/// static MEMORY: StreamMemory<Amp> = Blank::ZERO;
/// assert!(format!("{MEMORY:?}").starts_with("Memory to run Amp step by step: "));
/// ```
#[repr(C)]
pub struct StreamMemory<N: StreamNetwork> {
    net: Aligned<N>,
    state: Aligned<StateOf<N, 1>>,
    work: Aligned<StepWorkOf<N, 1>>,
    y: Aligned<StepOut<N>>,
    x: Aligned<StepIn<N>>,
}

impl<N: StreamNetwork> Blank for StreamMemory<N> {
    const ZERO: Self = StreamMemory {
        net: Blank::ZERO,
        state: Blank::ZERO,
        work: Blank::ZERO,
        y: Blank::ZERO,
        x: Blank::ZERO,
    };
}

impl<N: StreamNetwork> fmt::Debug for StreamMemory<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory to run {} step by step: {} bytes", N::NAME, size_of::<Self>())
    }
}

/// A network that runs one step at a time, with its state and the memory to do so.
///
/// Where [`Model`](super::Model) takes a whole sequence, this takes what comes in at one step and gives what goes out at it:
/// one sample of a signal, one token of a text. The same weights serve both. Nothing is allocated, and memory does
/// not grow with the steps.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use dl_core::train::{Model, StreamModel};
///
/// #[dl_macros::network(input = [4, 1], stream, crate = dl_core)]
/// struct Amp { lstm: Lstm<8>, head: Dense<1> }
///
/// let (signal, mut whole) = ([0.5, -0.25, 0.125, 1.0], Model::<Amp>::boxed(0));
/// let expected = *whole.predict(&signal);
///
/// let mut amp = StreamModel::<Amp>::boxed(0);
/// for (x, expected) in signal.into_iter().zip(expected) {
///     let [y] = *amp.step(&[x]);
///     assert!((y - expected).abs() < 1e-6);
/// }
/// # }
/// ```
pub struct StreamModel<N: StreamNetwork> {
    memory: Place<StreamMemory<N>>,
    /// The instructions that are used: [`Isa::PORTABLE`] gives the same bits on every target.
    pub isa: Isa,
}

impl<N: StreamNetwork> StreamModel<N> {
    /// Bytes of all that the model needs.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # use dl_core::train::{StreamMemory, StreamModel};
    /// assert_eq!(StreamModel::<Amp>::BYTES, size_of::<StreamMemory<Amp>>());
    /// ```
    pub const BYTES: usize = size_of::<StreamMemory<N>>();

    /// A model on the heap, with weights from `seed`: those that a trainer of this seed starts with.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::StreamModel;
    /// let mut amp = StreamModel::<Amp>::boxed(0);
    /// assert!(amp.step(&[0.5])[0].is_finite());
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn boxed(seed: u64) -> Self {
        Self::new(Place::boxed(), seed)
    }

    /// A model in memory that the caller has set aside, with weights from `seed`. What the memory held is lost.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # use dl_core::{Blank, train::{StreamMemory, StreamModel}};
    /// let memory: &'static mut StreamMemory<Amp> = Box::leak(Box::new(Blank::ZERO)); // in firmware, a `static`
    /// let mut amp = StreamModel::in_place(memory, 0);
    /// assert!(amp.step(&[0.5])[0].is_finite());
    /// ```
    pub fn in_place(memory: &'static mut StreamMemory<N>, seed: u64) -> Self {
        place::clear(memory);
        Self::new(Place::lent(memory), seed)
    }

    fn new(mut memory: Place<StreamMemory<N>>, seed: u64) -> Self {
        memory.net.init(Rng::new(seed).fork(stream::WEIGHTS));
        StreamModel { memory, isa: Isa::best() }
    }

    /// The network.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::StreamModel;
    /// assert_eq!(StreamModel::<Amp>::boxed(0).net().head.weight.len(), 8);
    /// # }
    /// ```
    pub fn net(&self) -> &N {
        &self.memory.net
    }

    /// The network, to load weights into.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::StreamModel;
    /// let mut amp = StreamModel::<Amp>::boxed(0);
    /// amp.net_mut().head.weight.fill(0.0);
    /// amp.net_mut().head.bias.fill(2.0);
    /// assert_eq!(amp.step(&[0.5]), &[2.0]);
    /// # }
    /// ```
    pub fn net_mut(&mut self) -> &mut N {
        &mut self.memory.net
    }

    /// What the steps so far have left: a plain struct, to be looked at, or copied to come back to.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::StreamModel;
    /// let mut amp = StreamModel::<Amp>::boxed(0);
    /// amp.step(&[0.5]);
    /// let then = *amp.state();
    /// let y = *amp.step(&[0.25]);
    /// *amp.state_mut() = then;
    /// assert_eq!(amp.step(&[0.25]), &y);
    /// # }
    /// ```
    pub fn state(&self) -> &StateOf<N, 1> {
        &self.memory.state
    }

    /// The state, to go on from another one.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::StreamModel;
    /// let mut amp = StreamModel::<Amp>::boxed(0);
    /// let (h, _c) = &mut amp.state_mut().lstm;
    /// h.fill(1.0);
    /// # }
    /// ```
    pub fn state_mut(&mut self) -> &mut StateOf<N, 1> {
        &mut self.memory.state
    }

    /// Forgets all steps: the next one is a first.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::StreamModel;
    /// let mut amp = StreamModel::<Amp>::boxed(0);
    /// let first = *amp.step(&[0.5]);
    /// amp.reset();
    /// assert_eq!(amp.step(&[0.5]), &first);
    /// # }
    /// ```
    pub fn reset(&mut self) {
        place::clear(&mut *self.memory.state);
    }

    /// The output at the next step, for what comes in at it.
    ///
    /// ```
    /// # #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
    /// # struct Amp { lstm: Lstm<8>, head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::StreamModel;
    /// let mut amp = StreamModel::<Amp>::boxed(0);
    /// let mut buffer = [0.5, -0.25, 0.125, 1.0];
    /// for x in &mut buffer {
    ///     [*x] = *amp.step(&[*x]);
    /// }
    /// # }
    /// ```
    #[inline]
    pub fn step(&mut self, x: StepInOf<'_, N>) -> StepOutOf<'_, N> {
        let memory = &mut *self.memory;
        let x = alone::<N::StepIn, _>(x, &mut memory.x);
        let call = Once::<N> {
            net: &memory.net,
            x,
            y: &mut memory.y,
            state: &mut memory.state,
            work: &mut memory.work,
        };
        if const { N::STEP_MACS <= small::STEP_MACS } {
            enter(self.isa, call)
        } else {
            call.run(self.isa)
        }
        N::StepOut::sample_ref(&memory.y, 0)
    }
}

impl<N: StreamNetwork> fmt::Debug for StreamModel<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamModel of {}: {} bytes", N::NAME, Self::BYTES)
    }
}

/// One step.
struct Once<'n, 'x, N: StreamNetwork> {
    net: &'n N,
    x: <N::StepIn as Signal>::Ref<'x, N::Scalar, 1>,
    y: &'n mut StepOut<N>,
    state: &'n mut StateOf<N, 1>,
    work: &'n mut StepWorkOf<N, 1>,
}

impl<N: StreamNetwork> Entered for Once<'_, '_, N> {
    type Out = ();
    #[inline(always)]
    fn run(self, isa: Isa) {
        let Once { net, x, y, state, work } = self;
        let pass: StepPass<'_, N> = Pass::<1>::infer().on(isa).with_lens(Lengths::FULL);
        net.step(x, N::StepOut::get_mut(y), state, work, pass);
    }
}
