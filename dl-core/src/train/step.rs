//! One training step: gradients of any number of chunks, then one update.

use crate::loss::Count;
use crate::optim::Group;
use crate::{Loss, Network, Optimizer, Rng};

use super::lanes::Work;
use super::running::{Running, expect_samples};
use super::trainer::stream;
use super::{CountOf, Dataset, FitError, TargetOf, Trainer};

/// Limits on the gradient of a step.
///
/// ```
/// use dl_core::train::{Clip, Fit};
///
/// let fit = Fit { clip: Some(Clip::Norm(1.0)), ..Fit::new(20, 32) };
/// assert_eq!(fit.clip, Some(Clip::Norm(1.0)));
/// ```
#[doc(alias = "clip_grad_norm_")]
#[doc(alias = "clip_grad_value_")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// Every number of the gradient to `±` this. PyTorch: `clip_grad_value_`.
    Value(f64),
    /// The Euclidean norm of the whole gradient to this: it is multiplied by `min(1, max_norm / (norm + 1e-6))`.
    /// PyTorch: `clip_grad_norm_`.
    Norm(f64),
}

/// How a step uses its gradient.
///
/// ```
/// use dl_core::train::{Clip, Update};
///
/// let update = Update { lr_factor: 0.5, clip: Some(Clip::Value(0.1)), ..Update::default() };
/// assert!(update.groups.is_empty());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// Multiplies the learning rate.
    pub lr_factor: f64,
    /// Limits the gradient.
    pub clip: Option<Clip>,
    /// Settings of parameter groups.
    pub groups: &'static [Group],
}

impl Default for Update {
    /// The optimizer's own settings, no limit.
    fn default() -> Self {
        Update { lr_factor: 1.0, clip: None, groups: &[] }
    }
}

/// What a step did.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
/// let report = trainer.step(&([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0])).unwrap();
/// assert_eq!((report.epoch, report.step, report.samples, report.lr), (0, 1, 2, 0.1));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepReport {
    /// The epoch, from 1; 0 outside [`Trainer::fit`].
    pub epoch: usize,
    /// The step, from 1, over the whole life of the trainer.
    pub step: u64,
    /// The loss before the update: the mean over the step.
    pub loss: f64,
    /// Samples in the step.
    pub samples: usize,
    /// The learning rate that was used (outside parameter groups).
    pub lr: f64,
    /// The Euclidean norm of the gradient before clipping; only known with [`Clip::Norm`].
    pub grad_norm: Option<f64>,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> Trainer<N, L, O, B> {
    /// One step on all samples of `batch`: the exact mean of their gradients, then the optimizer's update.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// let batch = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
    /// let first = trainer.step(&batch).unwrap();
    /// let second = trainer.step(&batch).unwrap();
    /// assert!(second.loss < first.loss);
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`FitError`]. The weights are then as before.
    pub fn step<D>(&mut self, batch: &D) -> Result<StepReport, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        self.step_with(batch, &Update::default())
    }

    /// [`step`](Self::step), with a learning rate, limits and groups of its own.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Clip, Update};
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// let update = Update { lr_factor: 0.5, clip: Some(Clip::Norm(1.0)), ..Update::default() };
    /// let report = trainer.step_with(&([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]), &update).unwrap();
    /// assert!(report.lr == 0.05 && report.grad_norm.is_some());
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`FitError`]. The weights are then as before.
    pub fn step_with<D>(&mut self, batch: &D, update: &Update) -> Result<StepReport, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        let n = batch.len();
        if n == 0 {
            return Err(FitError::Empty { set: "training" });
        }
        let step = if n <= B {
            expect_samples::<N, B, _>(n)?;
            // One chunk: read once, counted where it lies.
            let rng = self.augmentation();
            let x = self.memory.lane.data.load(batch, 0, n, rng)?;
            let total = self.memory.lane.data.count(&self.loss, n, D::PADDED);
            let mut step = self.begin(total);
            step.chunk(x, n, D::PADDED)?;
            step
        } else {
            let total = self.count(batch)?;
            let mut step = self.begin(total);
            step.accumulate(batch)?;
            step
        };
        Ok(step.finish(update)?)
    }

    /// What the loss counts in `data`; the sum over all parts of a step is the total that [`begin`](Self::begin) needs.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// let total = trainer.count(&([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0])).unwrap();
    /// assert_eq!(total, 2.0);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`FitError::Data`]
    pub fn count<D>(&mut self, data: &D) -> Result<CountOf<N, L>, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        let rng = self.augmentation();
        self.count_with(data, rng)
    }

    pub(super) fn count_with<D>(&mut self, data: &D, rng: Rng) -> Result<CountOf<N, L>, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        let mut total = CountOf::<N, L>::ZERO;
        let Trainer { memory, loss, lanes, .. } = self;
        let first = &mut memory.lane;
        for round in lanes.rounds(0, data.len()) {
            lanes.compute(first, &round, Work::Count, |i, lane| {
                let (at, live) = round.chunk(i);
                lane.data.load_targets(data, at, live, rng).map_err(FitError::from)
            })?;
            lanes.each(first, &round, |i, lane| {
                total = total.add(lane.data.count(loss, round.chunk(i).1, D::PADDED));
            });
        }
        Ok(total)
    }

    /// Begins a step in which the loss counts `total`, with a gradient of zero. See [`Running`].
    ///
    /// ```
    /// # use dl_core::{loss::{Count, Mse}, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// # let (part_a, part_b) = (([[0.0, 1.0]], [1.0]), ([[1.0, 1.0]], [2.0]));
    /// let total = trainer.count(&part_a).unwrap().add(trainer.count(&part_b).unwrap());
    /// let mut step = trainer.begin(total);
    /// step.accumulate(&part_a).unwrap();
    /// step.accumulate(&part_b).unwrap();
    /// let report = step.apply().unwrap();
    /// assert_eq!((report.step, report.samples), (1, 2));
    /// # }
    /// ```
    pub fn begin(&mut self, total: CountOf<N, L>) -> Running<'_, N, L, O, B> {
        let key = self.rng.fork(stream::PASS).fork(self.steps + 1);
        Running::new(self, total, key)
    }

    /// The stream for augmentation of a step outside `fit`.
    pub(super) fn augmentation(&self) -> Rng {
        self.rng.fork(stream::AUGMENT_STEP).fork(self.steps)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::boxed::Box;
    use std::string::ToString;
    use std::vec::Vec;

    use super::*;
    use crate::Blank;
    use crate::kernels::Isa;
    use crate::train::tiny::{Mse, SETTLED_WITH, Sgd, Tiny, numbers};
    use crate::train::{Memory, NonFinite, Padded, SliceError};

    const X: [[f64; 2]; 5] = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.1, 0.9], [-1.2, -0.3]];
    const Y: [[f64; 1]; 5] = [[1.0], [-0.5], [0.25], [2.0], [0.0]];

    type Tested<const B: usize> = Trainer<Tiny, Mse, Sgd, B>;

    fn trainer<const B: usize>(seed: u64) -> Tested<B> {
        let memory = Box::leak(Box::new(Memory::ZERO));
        Trainer::in_place(memory, Mse, Sgd::default(), seed)
    }

    fn grads<const B: usize>(trainer: &Tested<B>) -> Vec<f64> {
        let grad = trainer.grad();
        [numbers(&grad.fc1), numbers(&grad.fc2)].concat()
    }

    fn close(a: &[f64], b: &[f64], what: &str) {
        assert_eq!(a.len(), b.len());
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            assert!((a - b).abs() <= 1e-12, "{what}, number {i}: {a} and {b}");
        }
    }

    #[test]
    fn the_gradient_of_a_step_does_not_depend_on_its_chunks() {
        fn run<const B: usize>() -> (StepReport, Vec<f64>, Vec<f64>) {
            let mut trainer = trainer::<B>(1);
            let data = Padded { data: (X, Y), steps: &[2_u16, 1, 2, 1, 2] };
            let report = trainer.step(&data).unwrap();
            (report, grads(&trainer), numbers(trainer.net()))
        }
        let (report, grad, net) = run::<5>();
        assert!(grad.iter().all(|g| g.abs() > 1e-6), "{grad:?}");
        assert_eq!((report.step, report.samples, net.last()), (1, 5, Some(&5.0)));
        for (chunk, (other, g, n)) in [(1, run::<1>()), (2, run::<2>()), (4, run::<4>()), (8, run::<8>())] {
            close(&g, &grad, &std::format!("gradient in chunks of {chunk}"));
            close(&n, &net, &std::format!("weights and settled samples in chunks of {chunk}"));
            assert!((other.loss - report.loss).abs() < 1e-12);
        }
    }

    #[test]
    fn the_gradient_of_a_step_is_the_slope_of_its_loss() {
        let mut trainer = trainer::<2>(4);
        let loss = |trainer: &mut Tested<2>| {
            let mut step = trainer.begin(5.0);
            step.accumulate(&(X, Y)).unwrap();
            step.loss()
        };
        loss(&mut trainer);
        let grad = grads(&trainer);
        for (i, &grad) in grad.iter().enumerate().take(6) {
            let old = trainer.net().fc1.weight[i];
            let [up, down] = [1e-5, -1e-5].map(|h| {
                trainer.net_mut().fc1.weight[i] = old + h;
                loss(&mut trainer)
            });
            trainer.net_mut().fc1.weight[i] = old;
            let slope = (up - down) / 2e-5;
            assert!((slope - grad).abs() < 1e-8, "dweight[{i}]: slope {slope}, gradient {grad}");
        }
    }

    #[test]
    fn parts_make_the_same_step_as_the_whole() {
        let (mut whole, mut parts) = (trainer::<2>(3), trainer::<2>(3));
        let first = (&X[..2], &Y[..2]);
        let second = (&X[2..], &Y[2..]);
        let report = whole.step(&(X, Y)).unwrap();
        let total = parts.count(&first).unwrap().add(parts.count(&second).unwrap());
        let mut step = parts.begin(total);
        step.accumulate(&first).unwrap();
        step.accumulate(&second).unwrap();
        assert_eq!(step.apply(), Ok(report));
        assert_eq!(numbers(whole.net()), numbers(parts.net()));
    }

    #[test]
    fn a_step_that_is_abandoned_leaves_the_weights_bit_for_bit() {
        let mut trainer = trainer::<8>(3);
        let before = numbers(trainer.net());
        let mut step = trainer.begin(5.0);
        step.accumulate(&(X, Y)).unwrap();
        drop(step);
        assert!(grads(&trainer).iter().any(|&g| g != 0.0));
        assert_eq!(numbers(trainer.net()), before);
        assert_eq!(trainer.steps(), 0);
    }

    #[test]
    fn a_network_settles_with_the_instructions_that_the_step_was_computed_with() {
        let mut trainer = trainer::<2>(3);
        for isa in Isa::all() {
            trainer.isa = isa;
            trainer.step(&(X, Y)).unwrap();
            assert_eq!(SETTLED_WITH.get(), Some(isa));
        }
    }

    #[test]
    fn a_loss_that_is_not_finite_stops_the_step_and_names_the_layer() {
        let mut trainer = trainer::<2>(3);
        trainer.step(&(X, Y)).unwrap();
        let before = numbers(trainer.net());
        let mut x = X;
        x[1][0] = f64::NAN;
        let error = trainer.step(&(x, Y)).unwrap_err();
        assert_eq!(error, FitError::NonFinite(NonFinite { epoch: 0, step: 2, layer: Some("fc1") }));
        let mut y = Y;
        y[4][0] = f64::INFINITY;
        let mut step = trainer.begin(5.0);
        let Err(FitError::NonFinite(place)) = step.accumulate(&(X, y)) else {
            panic!("the loss is infinite")
        };
        assert_eq!(place.layer, None);
        assert_eq!(step.apply(), Err(place));
        assert_eq!(numbers(trainer.net())[..13], before[..13]);
    }

    #[test]
    fn one_seed_gives_the_same_bits_and_another_does_not() {
        let run = |seed| {
            let mut trainer = trainer::<2>(seed);
            for _ in 0..10 {
                trainer.step(&(X, Y)).unwrap();
            }
            numbers(trainer.net())
        };
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
    }

    #[test]
    fn clipping_by_norm_limits_the_length_of_the_step_and_by_value_each_number() {
        let moved = |clip| {
            let mut trainer = trainer::<2>(3);
            let before = numbers(trainer.net());
            let update = Update { clip, ..Update::default() };
            let report = trainer.step_with(&(X, Y), &update).unwrap();
            let after = numbers(trainer.net());
            let steps: Vec<f64> = before[..13].iter().zip(&after).map(|(a, b)| (a - b) / 0.1).collect();
            (report.grad_norm, steps)
        };
        let length = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
        let (_, free) = moved(None);
        let (norm, clipped) = moved(Some(Clip::Norm(0.01)));
        assert!((norm.unwrap() - length(&free)).abs() < 1e-12);
        assert!((length(&clipped) - 0.01).abs() < 1e-7, "{}", length(&clipped));
        close(&moved(Some(Clip::Norm(1e3))).1, &free, "a limit that is not reached");
        let (_, limited) = moved(Some(Clip::Value(0.02)));
        close(&limited, &free.iter().map(|g| g.clamp(-0.02, 0.02)).collect::<Vec<_>>(), "by value");
        assert!(limited != free);
    }

    #[test]
    fn bad_data_is_an_error_that_names_the_sample() {
        let mut trainer = trainer::<2>(3);
        let error = trainer.step(&(&X[..], &Y[..3])).unwrap_err();
        assert_eq!(error, FitError::Data { index: 0, error: SliceError::Unequal { first: 5, second: 3 } });
        assert_eq!(
            error.to_string(),
            "sample 0: 5 samples on one side and 3 on the other: the numbers must be equal"
        );
        assert_eq!(trainer.step(&(&X[..0], &Y[..0])), Err(FitError::Empty { set: "training" }));
    }

    #[cfg(feature = "std")]
    #[test]
    fn lanes_agree_on_noise_lengths_and_settled_samples_on_any_number_of_threads() {
        let data = Padded { data: (X, Y), steps: &[2_u16, 1, 2, 1, 2] };
        let run = |lanes, threads| {
            let mut trainer = trainer::<1>(1);
            trainer.set_lanes(lanes, threads);
            let losses = [0; 50].map(|_| trainer.step(&data).unwrap().loss);
            (losses, numbers(trainer.net()))
        };
        let (losses, one) = run(1, 1);
        assert_eq!(one.last(), Some(&250.0));
        for lanes in 2..=6 {
            let expected = run(lanes, 1);
            close(&expected.1, &one, &std::format!("weights on {lanes} lanes"));
            close(&expected.0, &losses, &std::format!("losses on {lanes} lanes"));
            for threads in [2, 4] {
                assert_eq!(run(lanes, threads), expected, "{lanes} lanes, {threads} threads");
            }
        }
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_step_of_one_chunk_touches_no_other_lane() {
        let run = |lanes| {
            let mut trainer = trainer::<8>(1);
            trainer.set_lanes(lanes, lanes);
            trainer.lanes.others.iter_mut().for_each(|lane| (lane.grad.fc1.bias[0], lane.share) = (7.0, 8.0));
            let report = trainer.step(&(X, Y)).unwrap();
            for lane in &trainer.lanes.others {
                assert_eq!((lane.grad.fc1.bias[0], lane.share), (7.0, 8.0));
            }
            (report, numbers(trainer.net()))
        };
        assert_eq!(run(3), run(1));
    }

    #[test]
    fn a_step_of_no_chunk_has_a_gradient_of_zero() {
        let mut trainer = trainer::<2>(3);
        trainer.step(&(X, Y)).unwrap();
        let before = numbers(trainer.net());
        let report = trainer.begin(1.0).apply().unwrap();
        assert_eq!((report.samples, report.loss), (0, 0.0));
        assert_eq!(grads(&trainer), [0.0; 13]);
        assert_eq!(numbers(trainer.net()), before);
    }

    #[test]
    fn memory_used_before_is_as_good_as_new() {
        let memory = Box::leak(Box::new(Memory::<Tiny, Mse, Sgd, 2>::ZERO));
        memory.net.settled = [7.0];
        memory.lane.grad.fc1.bias[0] = 7.0;
        let used = Trainer::in_place(memory, Mse, Sgd::default(), 3);
        assert_eq!(numbers(used.net()), numbers(trainer::<2>(3).net()));
        assert_eq!(grads(&used), [0.0; 13]);
    }
}
