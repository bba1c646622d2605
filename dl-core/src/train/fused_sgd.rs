//! Gradient descent without a gradient in memory, one sample at a time.

use core::fmt;

use crate::kernels::{Entered, Isa, enter};
use crate::layer::{TapeOf, WorkOf};
use crate::place::{self, Place};
use crate::{Blank, Descend, Loss, Network, Pass, Real, Rng, Signal};

use super::aligned::Aligned;
use super::evaluate::{infer, is_tiny};
use super::lane::{Data, output_pass};
use super::memory::{Input, InputPass, Outputs, alone};
use super::running::expect_samples;
use super::trainer::stream;
use super::{CountOf, Dataset, FitError, InputOf, NonFinite, Order, OutputOf, TargetOf};

/// All that [`FusedSgd`] needs: the network first, then tape, scratch memory, output and its gradient, and one sample.
///
/// [`Blank::ZERO`] of it can initialize a `static`, for [`FusedSgd::in_place`].
///
/// ```
/// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # use dl_core::{Blank, loss::Mse, optim::Sgd, train::{FusedMemory, Memory}};
/// static MEMORY: FusedMemory<Net, Mse> = Blank::ZERO;
/// assert!(size_of_val(&MEMORY) < size_of::<Memory<Net, Mse, Sgd, 1>>());
/// ```
#[repr(C)]
pub struct FusedMemory<N: Network, L: Loss<N::Scalar, N::Out>> {
    net: Aligned<N>,
    tape: Aligned<TapeOf<N, 1>>,
    work: Aligned<WorkOf<N, 1>>,
    y: Aligned<Outputs<N, 1>>,
    dy: Aligned<Outputs<N, 1>>,
    data: Data<N, L, 1>,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>> Blank for FusedMemory<N, L> {
    const ZERO: Self = FusedMemory {
        net: Blank::ZERO,
        tape: Blank::ZERO,
        work: Blank::ZERO,
        y: Blank::ZERO,
        dy: Blank::ZERO,
        data: Data::ZERO,
    };
}

impl<N: Network, L: Loss<N::Scalar, N::Out>> fmt::Debug for FusedMemory<N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory to train {} by FusedSgd: {} bytes", N::NAME, size_of::<Self>())
    }
}

/// Stochastic gradient descent that updates each weight as soon as its gradient is known, one sample at a time.
///
/// `θ ← θ − lr dθ`, as [`Sgd`](crate::optim::Sgd) on one sample, without the memory for the gradient and without the time to
/// write and read it: for devices, where both count. There are no batches, no momentum and no clipping, and a step cannot be
/// abandoned: for those, a [`Trainer`](super::Trainer).
///
/// The network says `fused_sgd`; its layers that learn are dense and convolutional ones. [`Descend`] tells how it is done.
///
/// ```
/// use dl_core::{loss::Mse, train::FusedSgd};
///
/// #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
/// struct Net { head: Dense<1> }
///
/// # #[cfg(feature = "alloc")] {
/// let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
/// let data = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
/// for _ in 0..300 {
///     sgd.epoch(&data).unwrap();
/// }
/// assert!((sgd.predict(&[2.0, 1.0])[0] - 3.0).abs() < 0.1);
/// # }
/// ```
pub struct FusedSgd<N: Network, L: Loss<N::Scalar, N::Out>> {
    memory: Place<FusedMemory<N, L>>,
    /// What is made small.
    pub loss: L,
    /// The learning rate.
    pub lr: f64,
    /// The instructions that are used: [`Isa::PORTABLE`] gives the same bits on every target.
    pub isa: Isa,
    rng: Rng,
    steps: u64,
    epochs: u64,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>> FusedSgd<N, L> {
    /// Bytes of all that is needed.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, train::{FusedMemory, FusedSgd}};
    /// assert_eq!(FusedSgd::<Net, Mse>::BYTES, size_of::<FusedMemory<Net, Mse>>());
    /// ```
    pub const BYTES: usize = size_of::<FusedMemory<N, L>>();

    /// With memory on the heap and weights from `seed`: those that a trainer of this seed starts with.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, optim::Sgd, train::FusedSgd};
    /// # #[cfg(feature = "alloc")] {
    /// let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
    /// assert_eq!(sgd.predict(&[1.0, 2.0]), NetTrainer::<Mse, Sgd>::boxed(0).predict(&[1.0, 2.0]));
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn boxed(loss: L, lr: f64, seed: u64) -> Self
    where
        N: Descend<N::Scalar, N::In, N::Out>,
    {
        Self::new(Place::boxed(), loss, lr, seed)
    }

    /// In memory that the caller has set aside, with weights from `seed`. What the memory held is lost.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{Blank, loss::Mse, train::{FusedMemory, FusedSgd}};
    /// let memory: &'static mut FusedMemory<Net, Mse> = Box::leak(Box::new(Blank::ZERO)); // in firmware, a `static`
    /// let sgd = FusedSgd::in_place(memory, Mse, 0.1, 0);
    /// assert_eq!((sgd.steps(), sgd.lr), (0, 0.1));
    /// ```
    pub fn in_place(memory: &'static mut FusedMemory<N, L>, loss: L, lr: f64, seed: u64) -> Self
    where
        N: Descend<N::Scalar, N::In, N::Out>,
    {
        place::clear(memory);
        Self::new(Place::lent(memory), loss, lr, seed)
    }

    fn new(mut memory: Place<FusedMemory<N, L>>, loss: L, lr: f64, seed: u64) -> Self {
        let rng = Rng::new(seed);
        memory.net.init(rng.fork(stream::WEIGHTS));
        FusedSgd { memory, loss, lr, isa: Isa::best(), rng, steps: 0, epochs: 0 }
    }
}

impl<N, L> FusedSgd<N, L>
where
    N: Network + Descend<<N as Network>::Scalar, <N as Network>::In, <N as Network>::Out>,
    L: Loss<N::Scalar, N::Out>,
{
    /// One step on sample `index` of `data`. Gives the loss before it.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, train::FusedSgd};
    /// # #[cfg(feature = "alloc")] {
    /// let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
    /// sgd.net_mut().head.weight.fill(0.0);
    /// sgd.net_mut().head.bias.fill(0.0);
    /// assert_eq!(sgd.step(&([[1.0, 2.0]], [3.0]), 0).unwrap(), 9.0);
    /// let slopes = [-6.0, -12.0]; // 2 (0 − 3) x
    /// assert_eq!(sgd.net().head.weight.as_slice(), slopes.map(|d: f32| -0.1 * d));
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`FitError::Data`], [`FitError::NonFinite`], or [`FitError::FewSamples`] of a network with batch norm. The weights are then
    /// as before.
    pub fn step<D>(&mut self, data: &D, index: usize) -> Result<f64, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        self.step_of(data, index, self.rng.fork(stream::AUGMENT_STEP).fork(self.steps))
    }

    /// One step on each sample of `data`, in an order of its own. Gives the mean of their losses.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, train::FusedSgd};
    /// # #[cfg(feature = "alloc")] {
    /// let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
    /// sgd.epoch(&([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0])).unwrap();
    /// assert_eq!(sgd.steps(), 2);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`FitError::Empty`] and those of [`step`](Self::step), after which the steps before stay.
    pub fn epoch<D>(&mut self, data: &D) -> Result<f64, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        let n = data.len();
        if n == 0 {
            return Err(FitError::Empty { set: "training" });
        }
        let [order, augment] = [stream::ORDER, stream::AUGMENT].map(|s| self.rng.fork(s).fork(self.epochs));
        let order = Order::shuffled(n, order);
        let mut sum = 0.0;
        for i in 0..n {
            sum += self.step_of(data, order.at(i), augment)?;
        }
        self.epochs += 1;
        Ok(sum / n as f64)
    }

    fn step_of<D>(&mut self, data: &D, index: usize, rng: Rng) -> Result<f64, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        expect_samples::<N, 1, _>(1)?;
        let FusedMemory { net, tape, work, y, dy, data: sample } = &mut *self.memory;
        let step = self.steps + 1;
        let x = sample.load(data, index, 1, rng)?;
        let total = sample.count(&self.loss, 1, D::PADDED);
        let key = self.rng.fork(stream::PASS).fork(step);
        let pass = Data::<N, L, 1>::pass(&sample.lens, Pass::train(key).chunk(0, 1).on(self.isa), D::PADDED);
        let x = match x {
            Some(lent) => N::In::shorten(lent),
            None => N::In::get(&sample.x),
        };
        let (target, factor) = (TargetOf::<N, L>::get(&sample.target), N::Scalar::of(-self.lr));
        let call = Train::<N, L> { net, tape, work, y, dy, x, target, loss: &self.loss, total, factor, pass };
        let loss = if const { is_tiny::<N, 1>() } { enter(self.isa, call) } else { call.run(self.isa) };
        let loss = loss.map_err(|layer| FitError::NonFinite(NonFinite { epoch: 0, step, layer }))?;
        self.steps = step;
        Ok(loss.to_f64())
    }

    /// The output for one input, in inference mode.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, train::FusedSgd};
    /// # #[cfg(feature = "alloc")] {
    /// let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
    /// sgd.net_mut().head.weight.fill(1.0);
    /// sgd.net_mut().head.bias.fill(0.0);
    /// assert_eq!(sgd.predict(&[1.0, 2.0]), &[3.0]);
    /// # }
    /// ```
    pub fn predict(&mut self, x: InputOf<'_, N>) -> OutputOf<'_, N> {
        let FusedMemory { net, work, y, data, .. } = &mut *self.memory;
        let pass = InputPass::<N, 1>::infer().on(self.isa);
        let x = alone::<N::In, _>(x, &mut data.x);
        infer::<N, 1>(net, x, y, work, pass);
        N::Out::sample_ref(y, 0)
    }

    /// The network.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, train::FusedSgd};
    /// # #[cfg(feature = "alloc")] {
    /// assert_eq!(FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0).net().head.weight.len(), 2);
    /// # }
    /// ```
    pub fn net(&self) -> &N {
        &self.memory.net
    }

    /// The network, to load weights into, for example.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, train::FusedSgd};
    /// # #[cfg(feature = "alloc")] {
    /// let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
    /// sgd.net_mut().head.bias.fill(1.0);
    /// # }
    /// ```
    pub fn net_mut(&mut self) -> &mut N {
        &mut self.memory.net
    }

    /// Steps made so far.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], fused_sgd, crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{loss::Mse, train::FusedSgd};
    /// # #[cfg(feature = "alloc")] {
    /// let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
    /// sgd.step(&([[1.0, 2.0]], [3.0]), 0).unwrap();
    /// assert_eq!(sgd.steps(), 1);
    /// # }
    /// ```
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

impl<N: Network, L: Loss<N::Scalar, N::Out>> fmt::Debug for FusedSgd<N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = size_of::<FusedMemory<N, L>>();
        write!(f, "FusedSgd of {} after {} steps: {bytes} bytes", N::NAME, self.steps)
    }
}

/// One step.
struct Train<'m, 'a, N: Network, L: Loss<N::Scalar, N::Out>> {
    net: &'m mut N,
    tape: &'m mut TapeOf<N, 1>,
    work: &'m mut WorkOf<N, 1>,
    y: &'m mut Outputs<N, 1>,
    dy: &'m mut Outputs<N, 1>,
    x: Input<'a, N, 1>,
    target: <TargetOf<N, L> as Signal>::Ref<'a, N::Scalar, 1>,
    loss: &'a L,
    total: CountOf<N, L>,
    /// Minus the learning rate.
    factor: N::Scalar,
    pass: InputPass<'a, N, 1>,
}

impl<N, L> Entered for Train<'_, '_, N, L>
where
    N: Network + Descend<<N as Network>::Scalar, <N as Network>::In, <N as Network>::Out>,
    L: Loss<N::Scalar, N::Out>,
{
    type Out = Result<N::Scalar, Option<&'static str>>;

    #[inline(always)]
    fn run(self, isa: Isa) -> Self::Out {
        let Train { net, tape, work, y, dy, x, target, loss, total, factor, pass } = self;
        let pass = pass.on(isa);
        net.forward(x, N::Out::get_mut(y), Some(tape), work, pass);
        let value =
            loss.value_and_grad(N::Out::get(y), target, N::Out::grad(dy), total, output_pass::<N, 1>(pass));
        if !value.to_f64().is_finite() {
            return Err(N::first_non_finite(tape));
        }
        N::Out::scale(dy, factor);
        net.descend(x, N::Out::get(y), tape, N::Out::get(dy), N::In::no_grad::<N::Scalar, 1>(), work, pass);
        net.settle(tape, pass);
        Ok(value)
    }
}
