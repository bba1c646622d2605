//! Inference alone.

use core::fmt;

use crate::kernels::Isa;
use crate::layer::WorkOf;
use crate::place::{self, Place};
use crate::{Blank, Network, Real, Rng, Signal, Vals};

use super::aligned::Aligned;
use super::evaluate::{each, fill, infer, probabilities};
use super::memory::{InputLens, InputPass, Inputs, Outputs};
use super::trainer::stream;
use super::{InputOf, OutputOf, Samples, SliceError};

/// All that a [`Model`] needs: the network first, then scratch memory, output and input.
///
/// [`Blank::ZERO`] of it can initialize a `static`, for [`Model::in_place`].
///
/// ```
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # use dl_core::{Blank, train::ModelMemory};
/// static MEMORY: ModelMemory<Net, 1> = Blank::ZERO;
/// assert!(format!("{MEMORY:?}").starts_with("Memory to run Net in chunks of 1: "));
/// ```
#[repr(C)]
pub struct ModelMemory<N: Network, const B: usize> {
    net: Aligned<N>,
    work: Aligned<WorkOf<N, B>>,
    y: Aligned<Outputs<N, B>>,
    x: Aligned<Inputs<N, B>>,
    lens: InputLens<N, B>,
}

impl<N: Network, const B: usize> Blank for ModelMemory<N, B> {
    const ZERO: Self = ModelMemory {
        net: Blank::ZERO,
        work: Blank::ZERO,
        y: Blank::ZERO,
        x: Blank::ZERO,
        lens: Blank::ZERO,
    };
}

impl<N: Network, const B: usize> fmt::Debug for ModelMemory<N, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory to run {} in chunks of {B}: {} bytes", N::NAME, size_of::<Self>())
    }
}

/// A network with the memory to run it, without what training needs.
///
/// Load weights into [`net_mut`](Self::net_mut), or copy them from a trainer's network by
/// [`params::copy`](crate::params::copy). `B` inputs are computed together in [`predict_each`](Self::predict_each).
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::{params, train::Model};
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
/// let mut model = Model::<Net>::boxed(0);
/// params::copy(model.net_mut(), trainer.net());
/// assert_eq!(model.predict(&[1.0, 2.0]), trainer.predict(&[1.0, 2.0]));
/// # }
/// ```
pub struct Model<N: Network, const B: usize = 1> {
    memory: Place<ModelMemory<N, B>>,
    /// The instructions that are used: [`Isa::PORTABLE`] gives the same bits on every target.
    pub isa: Isa,
}

impl<N: Network, const B: usize> Model<N, B> {
    /// Bytes of all that the model needs.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::train::{Model, ModelMemory};
    /// assert_eq!(Model::<Net, 4>::BYTES, size_of::<ModelMemory<Net, 4>>());
    /// ```
    pub const BYTES: usize = size_of::<ModelMemory<N, B>>();

    /// A model on the heap, with weights from `seed`: those that a trainer of this seed starts with.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Model;
    /// let mut model = Model::<Net>::boxed(0);
    /// assert_eq!(model.predict(&[1.0, 2.0]), NetTrainer::<Mse, Sgd>::boxed(0).predict(&[1.0, 2.0]));
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn boxed(seed: u64) -> Self {
        Self::new(Place::boxed(), seed)
    }

    /// A model in memory that the caller has set aside, with weights from `seed`. What the memory held is lost.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{Blank, train::{Model, ModelMemory}};
    /// let memory: &'static mut ModelMemory<Net, 1> = Box::leak(Box::new(Blank::ZERO)); // in firmware, a `static`
    /// let mut model = Model::in_place(memory, 0);
    /// assert!(model.predict(&[1.0, 2.0])[0].is_finite());
    /// ```
    pub fn in_place(memory: &'static mut ModelMemory<N, B>, seed: u64) -> Self {
        place::clear(memory);
        Self::new(Place::lent(memory), seed)
    }

    fn new(mut memory: Place<ModelMemory<N, B>>, seed: u64) -> Self {
        const { assert!(B > 0, "a chunk has at least one sample") }
        memory.net.init(Rng::new(seed).fork(stream::WEIGHTS));
        Model { memory, isa: Isa::best() }
    }

    /// The network.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Model;
    /// let model = Model::<Net>::boxed(0);
    /// assert_eq!(model.net().head.weight.len(), 2);
    /// # }
    /// ```
    pub fn net(&self) -> &N {
        &self.memory.net
    }

    /// The network, to load weights into.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Model;
    /// let mut model = Model::<Net>::boxed(0);
    /// model.net_mut().head.weight.fill(1.0);
    /// model.net_mut().head.bias.fill(0.0);
    /// assert_eq!(model.predict(&[1.0, 2.0]), &[3.0]);
    /// # }
    /// ```
    pub fn net_mut(&mut self) -> &mut N {
        &mut self.memory.net
    }

    /// The output for one input.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Model;
    /// # let mut model = Model::<Net>::boxed(0);
    /// # model.net_mut().head.weight.fill(1.0);
    /// # model.net_mut().head.bias.fill(0.0);
    /// assert_eq!(model.predict(&[1.0, 2.0]), &[3.0]);
    /// # }
    /// ```
    pub fn predict(&mut self, x: InputOf<'_, N>) -> OutputOf<'_, N> {
        self.predict_padded(x, N::In::ALL)
    }

    /// [`predict`](Self::predict) for a sequence of which only the first `steps` are valid.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Model;
    /// let mut model = Model::<Net>::boxed(0);
    /// let whole = model.predict(&[1.0, 2.0])[0];
    /// assert_eq!(model.predict_padded(&[1.0, 2.0], 1)[0], whole); // `Dense` does not cross steps
    /// # }
    /// ```
    pub fn predict_padded(&mut self, x: InputOf<'_, N>, steps: <N::In as Signal>::Len) -> OutputOf<'_, N> {
        let memory = &mut *self.memory;
        let x = fill::<N, B>(&mut memory.x, &mut memory.lens, x, steps);
        let pass = InputPass::<N, B>::infer().chunk(0, 1).on(self.isa).with_lens(N::In::lens(&memory.lens));
        infer::<N, B>(&memory.net, x, &mut memory.y, &mut memory.work, pass);
        N::Out::sample_ref(&memory.y, 0)
    }

    /// Calls `f` with the index and the output of each input, in order, a chunk at a time.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Model;
    /// let mut model = Model::<Net, 4>::boxed(0);
    /// model.net_mut().head.weight.fill(1.0);
    /// model.net_mut().head.bias.fill(0.0);
    /// let mut outputs = Vec::new();
    /// model.predict_each(&[[1.0, 2.0], [3.0, 4.0]], |_, y| outputs.push(y[0])).unwrap();
    /// assert_eq!(outputs, [3.0, 7.0]);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`SliceError::Unequal`], if the parts of a tuple of inputs differ in number.
    pub fn predict_each<S>(
        &mut self,
        inputs: &S,
        mut f: impl FnMut(usize, OutputOf<'_, N>),
    ) -> Result<(), SliceError>
    where
        S: Samples<N::Scalar, N::In> + ?Sized,
    {
        let memory = &mut *self.memory;
        each::<N, S, B>(&memory.net, &mut memory.x, &mut memory.y, &mut memory.work, inputs, self.isa, &mut f)
    }
}

impl<T: Real, N: Network<Scalar = T, Out = Vals<K>>, const K: usize, const B: usize> Model<N, B> {
    /// [`predict`](Self::predict), as probabilities: the softmax over the last dimension of the output, or the sigmoid
    /// if that has one number.
    ///
    /// For networks whose outputs are scores (logits), as the cross-entropies want them; one that ends in `Softmax`
    /// or `Sigmoid` gives probabilities already.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<3> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Model;
    /// let mut model = Model::<Net>::boxed(0);
    /// let p = model.predict_proba(&[1.0, 2.0]);
    /// assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    /// # }
    /// ```
    pub fn predict_proba(&mut self, x: InputOf<'_, N>) -> &[T; K] {
        self.predict(x);
        let y = Vals::<K>::sample::<T, B>(&mut self.memory.y, 0);
        probabilities(y, N::OUTPUT.last());
        y
    }
}

impl<N: Network, const B: usize> fmt::Debug for Model<N, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Model of {}: {} bytes", N::NAME, Self::BYTES)
    }
}
