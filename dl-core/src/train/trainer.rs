//! The trainer: a network, its loss and optimizer, and all the memory that training needs.

use core::fmt;

use crate::layer::GradOf;
use crate::place::{self, Place};
use crate::{Loss, Network, Optimizer, Rng};

use super::Memory;

/// Trains a network. `B` samples at a time go through the network together; a step may have any number of them.
///
/// All memory is in one [`Memory`], boxed or lent, and nothing allocates after the trainer is made. The trainer itself
/// is small.
///
/// | to do | call |
/// |---|---|
/// | train for some epochs | [`fit`](Trainer::fit) |
/// | one step on some samples | [`step`](Trainer::step), or [`begin`](Trainer::begin) for a step in parts |
/// | loss and metrics of other data | [`evaluate`](Trainer::evaluate) |
/// | outputs | [`predict`](Trainer::predict), [`predict_each`](Trainer::predict_each), [`predict_proba`](Trainer::predict_proba) |
/// | see whether the network can learn at all | [`overfit_one_batch`](Trainer::overfit_one_batch) |
///
/// Everything random follows from the seed: weights, order of the samples, dropout, augmentation. Two runs with one
/// seed give the same bits.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.3), 0);
/// let (x, y) = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
/// for _ in 0..200 {
///     trainer.step(&(&x, &y)).unwrap();
/// }
/// assert!((trainer.predict(&[2.0, 1.0])[0] - 3.0).abs() < 0.1);
/// # }
/// ```
pub struct Trainer<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> {
    pub(super) memory: Place<Memory<N, L, O, B>>,
    /// What is made small.
    pub loss: L,
    /// What makes it small.
    pub optimizer: O,
    pub(super) rng: Rng,
    pub(super) steps: u64,
    pub(super) epochs: u64,
}

/// Streams of random numbers, one for each purpose.
pub(super) mod stream {
    pub(in crate::train) const WEIGHTS: u64 = 0;
    pub(in crate::train) const ORDER: u64 = 1;
    pub(in crate::train) const PASS: u64 = 2;
    pub(in crate::train) const AUGMENT: u64 = 3;
    /// Augmentation of steps outside `fit`.
    pub(in crate::train) const AUGMENT_STEP: u64 = 4;
    /// Augmentation of data that are evaluated: the same every time.
    pub(in crate::train) const EVALUATE: u64 = 5;
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> Trainer<N, L, O, B> {
    /// Bytes of all that the trainer needs: [`train_bytes`](super::train_bytes) and one chunk of data.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Memory, Trainer};
    /// assert_eq!(Trainer::<Net, Mse, Sgd, 4>::BYTES, size_of::<Memory<Net, Mse, Sgd, 4>>());
    /// # }
    /// ```
    pub const BYTES: usize = size_of::<Memory<N, L, O, B>>();

    /// A trainer on the heap, with the default settings of loss and optimizer and weights from `seed`.
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// assert_eq!(trainer.steps(), 0);
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn boxed(seed: u64) -> Self
    where
        L: Default,
        O: Default,
    {
        Self::boxed_with(L::default(), O::default(), seed)
    }

    /// A trainer on the heap, with weights from `seed`.
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// assert_eq!(trainer.optimizer.lr, 0.1);
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn boxed_with(loss: L, optimizer: O, seed: u64) -> Self {
        Self::new(Place::boxed(), loss, optimizer, seed)
    }

    /// A trainer in memory that the caller has set aside, with weights from `seed`. What the memory held is lost.
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::{Blank, train::Memory};
    /// // In firmware a static, lent once.
    /// let memory: &'static mut Memory<Net, Mse, Sgd, 4> = Box::leak(Box::new(Memory::ZERO));
    /// let trainer = NetTrainer::in_place(memory, Mse, Sgd::new(0.1), 0);
    /// assert_eq!(trainer.steps(), 0);
    /// # }
    /// ```
    pub fn in_place(memory: &'static mut Memory<N, L, O, B>, loss: L, optimizer: O, seed: u64) -> Self {
        place::clear(memory);
        Self::new(Place::lent(memory), loss, optimizer, seed)
    }

    fn new(mut memory: Place<Memory<N, L, O, B>>, loss: L, optimizer: O, seed: u64) -> Self {
        const { assert!(B > 0, "a chunk has at least one sample") }
        let rng = Rng::new(seed);
        memory.core.net.init(rng.fork(stream::WEIGHTS));
        Trainer { memory, loss, optimizer, rng, steps: 0, epochs: 0 }
    }

    /// The network.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// assert_eq!(trainer.net().head.weight.len(), 2);
    /// # }
    /// ```
    pub fn net(&self) -> &N {
        &self.memory.core.net
    }

    /// The network, to load weights into, for example.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// trainer.net_mut().head.weight.fill(1.0);
    /// trainer.net_mut().head.bias.fill(0.0);
    /// assert_eq!(trainer.predict(&[1.0, 2.0]), &[3.0]);
    /// # }
    /// ```
    pub fn net_mut(&mut self) -> &mut N {
        &mut self.memory.core.net
    }

    /// The gradient of the last step, as it was before clipping.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// trainer.net_mut().head.weight.fill(0.0);
    /// trainer.net_mut().head.bias.fill(0.0);
    /// trainer.step(&([[1.0, 2.0]], [3.0])).unwrap();
    /// assert_eq!(trainer.grad().head.weight.as_slice(), [-6.0, -12.0]); // 2 (0 − 3) x
    /// # }
    /// ```
    pub fn grad(&self) -> &GradOf<N> {
        &self.memory.core.grad
    }

    /// Steps made so far.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// trainer.step(&([[1.0, 2.0]], [3.0])).unwrap();
    /// assert_eq!(trainer.steps(), 1);
    /// # }
    /// ```
    pub fn steps(&self) -> u64 {
        self.steps
    }
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> fmt::Debug
    for Trainer<N, L, O, B>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trainer of {} after {} steps: {} bytes", N::NAME, self.steps, Self::BYTES)
    }
}
