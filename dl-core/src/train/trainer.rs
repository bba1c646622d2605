//! The trainer: a network, its loss and optimizer, and all the memory that training needs.

use core::fmt;

use crate::kernels::Isa;
use crate::layer::GradOf;
use crate::place::{self, Place};
use crate::{Loss, Network, Optimizer, Rng};

use super::Memory;
use super::lane::Lane;
use super::lanes::Lanes;

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
/// | use several processors | [`set_threads`](Trainer::set_threads) |
///
/// Everything random follows from the seed: weights, order of the samples, dropout, augmentation. Two runs with one
/// seed give the same bits; so they do on any number of threads, for the same number of lanes.
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
    pub(super) lanes: Lanes<N, L, B>,
    /// What is made small.
    pub loss: L,
    /// What makes it small.
    pub optimizer: O,
    /// The instructions that are used: [`Isa::PORTABLE`] gives the same bits on every target.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// use dl_core::kernels::Isa;
    ///
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// trainer.isa = Isa::PORTABLE; // from here on
    /// trainer.step(&([[1.0, 2.0]], [3.0])).unwrap();
    /// # }
    /// ```
    pub isa: Isa,
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
    /// Bytes of all that the trainer needs, on one lane: [`train_bytes`](super::train_bytes) and one chunk of data with
    /// its loss.
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

    /// Bytes of each lane beside the first: see [`set_lanes`](Self::set_lanes).
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Adam};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Trainer;
    /// type Tested = Trainer<Net, Mse, Adam, 4>;
    /// // three weights, and two moments of each; both begin a cache line, where there are any
    /// let line = align_of::<dl_core::train::Memory<Net, Mse, Adam, 4>>();
    /// let shared = (3 * 4_usize).next_multiple_of(line) + (3 * 2 * 4_usize).next_multiple_of(line);
    /// assert_eq!(Tested::BYTES, shared + Tested::LANE_BYTES);
    /// # }
    /// ```
    pub const LANE_BYTES: usize = size_of::<Lane<N, L, B>>();

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
        memory.net.init(rng.fork(stream::WEIGHTS));
        Trainer { memory, lanes: Lanes::none(), loss, optimizer, isa: Isa::best(), rng, steps: 0, epochs: 0 }
    }

    /// Lets up to `threads` threads work on a step, on as many lanes: [`set_lanes`](Self::set_lanes)`(threads, threads)`.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "std")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// trainer.set_threads(2);
    /// assert_eq!((trainer.lanes(), trainer.threads()), (2, 2));
    /// # }
    /// ```
    #[cfg(feature = "std")]
    #[doc(alias = "set_num_threads")]
    pub fn set_threads(&mut self, threads: usize) {
        self.set_lanes(threads, threads);
    }

    /// Sets on how many lanes the chunks of a step go through the network, and how many threads may work on them. Both
    /// are 1 at first; 0 counts as 1.
    ///
    /// Chunk `c` of a step is on lane `c % lanes`. A lane has its own gradient, tape and data, and after the last chunk
    /// the gradients are added in the order of the lanes. So the number of lanes decides how sums are rounded, as the
    /// size of the chunk does, and the number of threads decides nothing but the time: to repeat a run bit for bit on a
    /// machine with fewer processors, keep `lanes` as it was.
    ///
    /// - A step of one chunk uses one lane: give a [`Trainer`] smaller chunks to share smaller steps.
    /// - Threads work where one alone would take longer than some 20 µs for as many chunks as there are lanes; the trainer
    ///   measures that. The threads are those of the process, one less than its processors beside the caller's own, and
    ///   serve one trainer at a time.
    /// - [`evaluate`](Self::evaluate) uses the threads too, with the same bits whatever the lanes.
    ///
    /// Each lane but the first takes [`LANE_BYTES`](Self::LANE_BYTES) on the heap, allocated here and nowhere else.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "std")] {
    /// # use dl_core::train::Trainer;
    /// let data = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
    /// let weights = [1, 2, 3].map(|threads| {
    ///     let mut trainer = Trainer::<Net, Mse, Sgd, 1>::boxed(0);
    ///     trainer.set_lanes(3, threads);
    ///     trainer.step(&data).unwrap();
    ///     trainer.net().head.weight
    /// });
    /// assert_eq!(weights, [weights[0]; 3]);
    /// # }
    /// ```
    #[cfg(feature = "std")]
    pub fn set_lanes(&mut self, lanes: usize, threads: usize) {
        self.lanes = Lanes::new(lanes, threads);
    }

    /// On how many lanes the chunks of a step go through the network.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// assert_eq!(NetTrainer::<Mse, Sgd>::boxed(0).lanes(), 1);
    /// # }
    /// ```
    pub fn lanes(&self) -> usize {
        self.lanes.count()
    }

    /// How many threads may work on a step.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "std")] {
    /// assert_eq!(NetTrainer::<Mse, Sgd>::boxed(0).threads(), 1);
    /// # }
    /// ```
    #[cfg(feature = "std")]
    pub fn threads(&self) -> usize {
        self.lanes.threads()
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
        &self.memory.net
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
        &mut self.memory.net
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
        &self.memory.lane.grad
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
        let bytes = Self::BYTES + (self.lanes() - 1) * Self::LANE_BYTES;
        write!(f, "Trainer of {} after {} steps: {bytes} bytes", N::NAME, self.steps)
    }
}
