//! Training for a number of epochs.

use core::fmt;

use crate::optim::{Group, Progress, Schedule};
use crate::{Loss, Network, Optimizer};

use super::adapt::Batch;
use super::trainer::stream;
use super::{
    Callback, Clip, Dataset, EpochReport, FitError, FitReport, Metric, NonFinite, Order, Plan, StepReport,
    TargetOf, Trainer, Update,
};

/// Settings of [`Trainer::fit`].
///
/// ```
/// use dl_core::train::{Clip, Fit};
///
/// let fit = Fit { clip: Some(Clip::Norm(1.0)), ..Fit::new(20, 32) };
/// assert_eq!((fit.epochs, fit.batch, fit.shuffle), (20, 32, true));
/// ```
pub struct Fit<'a> {
    /// How many times all samples are seen.
    pub epochs: usize,
    /// Samples in a step. Any number: a step is as many chunks as it needs. The last step of an epoch may have fewer.
    #[doc(alias = "batch_size")]
    pub batch: usize,
    /// Whether every epoch has an order of its own, that follows from the trainer's seed.
    pub shuffle: bool,
    /// Limits the gradient.
    pub clip: Option<Clip>,
    /// Settings of parameter groups.
    pub groups: &'static [Group],
    /// Scales the learning rate.
    pub schedule: Option<&'a mut dyn Schedule>,
    /// Whether a step whose loss is not finite is left out, instead of ending the training.
    pub skip_non_finite: bool,
}

impl Fit<'_> {
    /// `epochs` epochs in steps of `batch` samples, shuffled, with nothing else set.
    ///
    /// ```
    /// let fit = dl_core::train::Fit::new(20, 32);
    /// assert!(fit.shuffle && fit.clip.is_none());
    /// ```
    pub const fn new(epochs: usize, batch: usize) -> Self {
        Fit { epochs, batch, shuffle: true, clip: None, groups: &[], schedule: None, skip_non_finite: false }
    }
}

impl Default for Fit<'_> {
    /// 10 epochs in steps of 32 samples, shuffled, with nothing else set.
    fn default() -> Self {
        Fit::new(10, 32)
    }
}

impl fmt::Debug for Fit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fit")
            .field("epochs", &self.epochs)
            .field("batch", &self.batch)
            .field("shuffle", &self.shuffle)
            .field("clip", &self.clip)
            .field("groups", &self.groups)
            .field("schedule", &self.schedule.is_some())
            .field("skip_non_finite", &self.skip_non_finite)
            .finish()
    }
}

/// What is validated after every epoch: nothing (`()`), data (`&data`), or data with a metric ([`Valid`]).
///
/// `E` is the error of the training data, which validation data must share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot validate network `{N}` with loss `{L}`",
    note = "pass `()`, a reference to a data set, or `Valid {{ data: &data, metric: &mut metric }}`",
    note = "the validation data must have the error type of the training data"
)]
pub trait Validation<N: Network, L: Loss<N::Scalar, N::Out>, E> {
    /// Whether there is anything to validate.
    const ANY: bool = true;

    /// Loss and metric of the network as it is.
    ///
    /// # Errors
    /// Those of [`Trainer::evaluate`].
    fn run<O: Optimizer, const B: usize>(
        &mut self,
        trainer: &mut Trainer<N, L, O, B>,
    ) -> Result<Option<Validated>, FitError<E>>;
}

/// A validation's loss, and the metric's name and value, if there is one.
pub type Validated = (f64, Option<(&'static str, f64)>);

/// Validation data with a metric, for [`Trainer::fit`]; the metric can be read afterwards.
///
/// ```
/// # use dl_core::{loss::CrossEntropy, optim::Sgd};
/// # #[dl_macros::network(input = [1], crate = dl_core)]
/// # struct Net { head: Dense<2> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::{metrics::Accuracy, train::{Fit, Valid}};
/// let data = ([[-1.0], [1.0]], [0, 1]);
/// let mut trainer = NetTrainer::<CrossEntropy, Sgd>::boxed_with(CrossEntropy::new(), Sgd::new(1.0), 0);
/// let mut accuracy = Accuracy::new();
/// let valid = Valid { data: &data, metric: &mut accuracy };
/// let report = trainer.fit(&data, valid, Fit::new(50, 2), ()).unwrap();
/// assert_eq!(report.last.unwrap().metric, Some(1.0));
/// assert_eq!((accuracy.right, accuracy.seen), (2, 2));
/// # }
/// ```
#[derive(Debug)]
pub struct Valid<'a, D, M> {
    /// The data.
    pub data: &'a D,
    /// The metric.
    pub metric: &'a mut M,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, E> Validation<N, L, E> for () {
    const ANY: bool = false;

    fn run<O: Optimizer, const B: usize>(
        &mut self,
        _: &mut Trainer<N, L, O, B>,
    ) -> Result<Option<Validated>, FitError<E>> {
        Ok(None)
    }
}

impl<N, L, D> Validation<N, L, D::Error> for &D
where
    N: Network,
    L: Loss<N::Scalar, N::Out>,
    D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
{
    fn run<O: Optimizer, const B: usize>(
        &mut self,
        trainer: &mut Trainer<N, L, O, B>,
    ) -> Result<Option<Validated>, FitError<D::Error>> {
        Ok(Some((trainer.evaluate(*self, &mut ())?, None)))
    }
}

impl<N, L, D, M> Validation<N, L, D::Error> for Valid<'_, D, M>
where
    N: Network,
    L: Loss<N::Scalar, N::Out>,
    D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    M: Metric<N::Scalar, N::Out, TargetOf<N, L>>,
{
    fn run<O: Optimizer, const B: usize>(
        &mut self,
        trainer: &mut Trainer<N, L, O, B>,
    ) -> Result<Option<Validated>, FitError<D::Error>> {
        let loss = trainer.evaluate(self.data, &mut *self.metric)?;
        Ok(Some((loss, Some((M::NAME, self.metric.value())))))
    }
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> Trainer<N, L, O, B> {
    /// Trains for `fit.epochs` epochs on `train`, with `valid` after each.
    ///
    /// `valid` is `()`, `&data` or [`Valid`]; `callbacks` is `()`, a callback, or a tuple of them. Called again, it
    /// goes on: epochs have orders of their own, and the optimizer remembers.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::{Fit, History};
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// let train = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
    /// let valid = ([[2.0, 1.0]], [3.0]);
    /// let mut history = History::<50>::new();
    /// let report = trainer.fit(&train, &valid, Fit::new(50, 2), &mut history).unwrap();
    /// assert_eq!((report.epochs, report.steps), (50, 100));
    /// assert!(history.epochs()[49].valid_loss < history.epochs()[0].valid_loss);
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`FitError`]. The weights are then as the last good step left them, unless a callback put others back.
    pub fn fit<D, V, C>(
        &mut self,
        train: &D,
        valid: V,
        fit: Fit<'_>,
        callbacks: C,
    ) -> Result<FitReport, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
        V: Validation<N, L, D::Error>,
        C: Callback<N>,
    {
        let (mut valid, mut fit, mut callbacks) = (valid, fit, callbacks);
        let samples = train.len();
        if samples == 0 {
            return Err(FitError::Empty { set: "training" });
        }
        if fit.batch == 0 {
            return Err(FitError::NoBatch);
        }
        let plan = Plan { epochs: fit.epochs, steps: samples.div_ceil(fit.batch), samples, batch: fit.batch };
        let mut report = FitReport { epochs: 0, steps: 0, last: None, stopped: None };
        callbacks.on_train_begin(&plan, self.net_mut());
        let mut result = Ok(());
        for epoch in 1..=fit.epochs {
            result = self.epoch(train, &mut valid, &mut fit, &mut callbacks, (epoch, &plan), &mut report);
            if result.is_err() || report.stopped.is_some() {
                break;
            }
        }
        callbacks.on_train_end(&report, self.net_mut());
        result.map(|()| report)
    }

    fn epoch<D, V, C>(
        &mut self,
        train: &D,
        valid: &mut V,
        fit: &mut Fit<'_>,
        callbacks: &mut C,
        (epoch, plan): (usize, &Plan),
        report: &mut FitReport,
    ) -> Result<(), FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
        V: Validation<N, L, D::Error>,
        C: Callback<N>,
    {
        let [order, augment] = [stream::ORDER, stream::AUGMENT].map(|s| self.rng.fork(s).fork(self.epochs));
        let order =
            if fit.shuffle { Order::shuffled(plan.samples, order) } else { Order::sequential(plan.samples) };
        self.epochs += 1;
        callbacks.on_epoch_begin(epoch, self.net_mut());
        let (mut sum, mut seen) = (0.0, 0);
        let mut done = EpochReport { epoch, epochs: plan.epochs, ..EpochReport::BLANK };
        let mut skipped: Option<NonFinite> = None;
        for start in (0..plan.samples).step_by(plan.batch) {
            let len = plan.batch.min(plan.samples - start);
            let batch = Batch { data: train, order: &order, start, len, rng: augment };
            let done_steps = (epoch - 1) * plan.steps + start / plan.batch;
            let progress = Progress::new(done_steps as u64, plan.steps as u64, plan.epochs as u64);
            let lr_factor = fit.schedule.as_mut().map_or(1.0, |schedule| schedule.factor(&progress));
            let update = Update { lr_factor, clip: fit.clip, groups: fit.groups };
            match self.step_with(&batch, &update) {
                Ok(step) => {
                    sum += step.loss * step.samples as f64;
                    seen += step.samples;
                    done.lr = step.lr;
                    report.steps += 1;
                    let step = StepReport { epoch, ..step };
                    if let Some(reason) = callbacks.on_step_end(&step, self.net_mut()).break_value() {
                        report.stopped = Some(reason);
                        return Ok(());
                    }
                }
                Err(FitError::NonFinite(place)) if fit.skip_non_finite => {
                    skipped = Some(NonFinite { epoch, ..place });
                    done.skipped += 1;
                }
                Err(error) => return Err(error.in_epoch(epoch).of_sample(|p| order.at(start + p))),
            }
        }
        if let (0, Some(place)) = (seen, skipped) {
            // Every step of the epoch went wrong: it cannot get better by itself.
            return Err(FitError::NonFinite(place));
        }
        done.train_loss = sum / seen as f64;
        if V::ANY {
            callbacks.on_valid_begin(self.net_mut());
            if let Some((loss, metric)) = valid.run(self)? {
                done.valid_loss = Some(loss);
                if let Some((name, value)) = metric {
                    (done.metric, done.metric_name) = (Some(value), name);
                }
            }
        }
        if let Some(schedule) = &mut fit.schedule {
            schedule.epoch_end(done.valid_loss.unwrap_or(done.train_loss));
        }
        report.epochs += 1;
        report.last = Some(done);
        report.stopped = callbacks.on_epoch_end(&done, self.net_mut()).break_value();
        Ok(())
    }

    /// Takes `steps` steps on the first `batch` samples of `data`, and returns the first and the last loss.
    ///
    /// A check before a long training: a network that can learn, with the right loss and a fair learning rate, brings
    /// the loss of a few samples close to zero. It changes the weights; start again with a new trainer.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// let data = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
    /// let (first, last) = trainer.overfit_one_batch(&data, 2, 200).unwrap();
    /// assert!(last < 1e-3 && last < first);
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`FitError`].
    pub fn overfit_one_batch<D>(
        &mut self,
        data: &D,
        batch: usize,
        steps: usize,
    ) -> Result<(f64, f64), FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        if batch == 0 {
            return Err(FitError::NoBatch);
        }
        let len = data.len().min(batch);
        let (order, rng) = (Order::sequential(len), self.rng.fork(stream::AUGMENT).fork(self.epochs));
        let batch = Batch { data, order: &order, start: 0, len, rng };
        let first = self.step(&batch)?.loss;
        let mut last = first;
        for _ in 1..steps {
            last = self.step(&batch)?.loss;
        }
        Ok((first, last))
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::boxed::Box;
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::train::tiny::{Mse, Sgd, Tiny, numbers};
    use crate::train::{
        Augment, Best, BestCheckpoint, EarlyStopping, Flow, History, Memory, SliceError, Subset, each_epoch,
    };
    use crate::{Blank, Params};

    const N: usize = 11;
    type Data = ([[f64; 2]; N], [f64; N]);
    type Tested = Trainer<Tiny, Mse, Sgd, 4>;

    /// `y = x₀ - x₁ / 2` at eleven points.
    fn data() -> Data {
        let x = core::array::from_fn(|i| [(i % 4) as f64 / 2.0 - 0.75, (i % 3) as f64 - 1.0]);
        (x, x.map(|[a, b]| a - b / 2.0))
    }

    fn trainer(seed: u64) -> Tested {
        Trainer::in_place(Box::leak(Box::new(Memory::ZERO)), Mse, Sgd::default(), seed)
    }

    /// Writes down which hook was called, with the epoch.
    #[derive(Default)]
    struct Log(String, usize);

    impl Callback<Tiny> for Log {
        fn on_train_begin(&mut self, plan: &Plan, _: &mut Tiny) {
            assert_eq!((plan.epochs, plan.steps, plan.samples, plan.batch), (2, 3, N, 5));
            self.0 += "train ";
        }
        fn on_epoch_begin(&mut self, epoch: usize, _: &mut Tiny) {
            self.0 += &std::format!("epoch {epoch} ");
        }
        fn on_step_end(&mut self, report: &StepReport, _: &mut Tiny) -> Flow {
            self.0 += &std::format!("{}/{} ", report.step, report.samples);
            if report.step as usize == self.1 { Flow::Break("enough") } else { Flow::Continue(()) }
        }
        fn on_valid_begin(&mut self, _: &mut Tiny) {
            self.0 += "valid ";
        }
        fn on_epoch_end(&mut self, report: &EpochReport, _: &mut Tiny) -> Flow {
            assert_eq!(report.valid_loss.is_some(), self.0.contains("valid"));
            self.0 += "done ";
            Flow::Continue(())
        }
        fn on_train_end(&mut self, report: &FitReport, _: &mut Tiny) {
            self.0 += &std::format!("end {}", report.epochs);
        }
    }

    #[test]
    fn training_learns_and_every_hook_is_called_in_its_place() {
        let mut log = Log::default();
        trainer(0).fit(&data(), &data(), Fit::new(2, 5), &mut log).unwrap();
        assert_eq!(log.0, "train epoch 1 1/5 2/5 3/1 valid done epoch 2 4/5 5/5 6/1 valid done end 2");
        let mut log = Log(String::new(), 2);
        let report = trainer(0).fit(&data(), (), Fit::new(2, 5), (&mut log, ())).unwrap();
        assert_eq!(log.0, "train epoch 1 1/5 2/5 end 0");
        assert_eq!((report.stopped, report.steps, report.last), (Some("enough"), 2, None));

        let mut trainer = trainer(0);
        let before = trainer.evaluate(&data(), &mut ()).unwrap();
        trainer.fit(&data(), (), Fit::new(60, 5), ()).unwrap();
        let after = trainer.evaluate(&data(), &mut ()).unwrap();
        assert!(before > 0.3 && after < 0.01, "loss {before} before, {after} after");
    }

    #[test]
    fn one_seed_gives_the_same_bits_whatever_the_chunk() {
        let shift = |x: &mut [f64; 2], mut rng: crate::Rng| x[0] += rng.uniform_in::<f64>(-0.1, 0.1);
        let augmented = Augment { data: data(), augment: shift };
        let run = |seed, shuffle| {
            let mut trainer = trainer(seed);
            trainer.fit(&augmented, (), Fit { shuffle, ..Fit::new(3, 4) }, ()).unwrap();
            numbers(trainer.net())
        };
        assert_eq!(run(1, true), run(1, true));
        assert_ne!(run(1, true), run(2, true));
        assert_ne!(run(1, true), run(1, false));
        let mut larger =
            Trainer::<Tiny, Mse, Sgd, 6>::in_place(Box::leak(Box::new(Memory::ZERO)), Mse, Sgd::default(), 1);
        larger.fit(&augmented, (), Fit::new(3, 4), ()).unwrap();
        for (a, b) in numbers(larger.net()).iter().zip(run(1, true)) {
            assert!((a - b).abs() < 1e-12, "{a} in chunks of 6, {b} in chunks of 4");
        }
    }

    #[test]
    fn a_batch_smaller_than_the_data_sees_every_sample_once_an_epoch() {
        struct Seen(std::sync::Mutex<Vec<(usize, u64)>>);
        impl Dataset<f64, crate::Vals<2>, crate::Vals<1>> for Seen {
            type Error = SliceError;
            fn len(&self) -> usize {
                N
            }
            fn get(
                &self,
                i: usize,
                rng: crate::Rng,
                x: &mut [f64; 2],
                y: &mut [f64; 1],
            ) -> Result<(), SliceError> {
                self.0.lock().unwrap().push((i, { rng }.next_u64()));
                data().get(i, rng, x, y)
            }
        }
        let seen = Seen(Default::default());
        trainer(4).fit(&seen, (), Fit::new(2, 3), ()).unwrap();
        let seen = seen.0.into_inner().unwrap();
        assert_eq!(seen.len(), 2 * N, "a step of one chunk reads its samples once");
        let (mut first, mut second) = (seen[..N].to_vec(), seen[N..].to_vec());
        let order = |epoch: &[(usize, u64)]| epoch.iter().map(|&(i, _)| i).collect::<Vec<_>>();
        assert_ne!(order(&first), order(&second));
        first.sort();
        second.sort();
        assert_eq!((order(&first), order(&second)), ((0..N).collect(), (0..N).collect()));
        assert!(first.iter().zip(&second).all(|(a, b)| a.1 != b.1), "epochs augment differently");
    }

    /// Stands for a validation loss that takes given values, by overwriting what the epoch reports.
    struct Script<C>(C, &'static [f64], Vec<Vec<f64>>);
    impl<C: Callback<Tiny>> Callback<Tiny> for Script<C> {
        fn on_epoch_end(&mut self, report: &EpochReport, net: &mut Tiny) -> Flow {
            self.2.push(numbers(net));
            let valid_loss = Some(self.1[report.epoch - 1]);
            self.0.on_epoch_end(&EpochReport { valid_loss, ..*report }, net)
        }
        fn on_train_end(&mut self, report: &FitReport, net: &mut Tiny) {
            self.0.on_train_end(report, net);
        }
    }

    #[test]
    fn early_stopping_waits_for_its_patience_and_puts_the_best_weights_back() {
        let mut trainer = trainer(0);
        let best = Best::in_place(Box::leak(Box::new(Tiny::ZERO)));
        let stopping = EarlyStopping::new(2).restore_best(best);
        let mut script = Script(stopping, &[3.0, 1.0, 2.0, 0.9999, 1.5, 1.0, 0.1], Vec::new());
        let report = trainer.fit(&data(), (), Fit::new(7, 5), &mut script).unwrap();
        assert_eq!((report.epochs, script.0.best()), (6, Some((4, 0.9999))));
        assert_eq!(report.stopped, Some("early stopping: no improvement"));
        assert_eq!(numbers(trainer.net()), script.2[3]);
        assert_ne!(script.2[3], script.2[5]);

        let stopping = EarlyStopping::new(2).min_delta(0.5);
        let mut script = Script(stopping, &[3.0, 1.0, 2.0, 0.9999, 0.0], Vec::new());
        let report = trainer.fit(&data(), (), Fit::new(5, 5), &mut script).unwrap();
        assert_eq!((report.epochs, script.0.best()), (4, Some((2, 1.0))));
        assert_eq!(numbers(trainer.net()), script.2[3], "without a copy the last weights stay");
    }

    #[test]
    fn watching_what_is_not_there_ends_the_training_with_the_reason() {
        let stopping = EarlyStopping::new(2).monitor(crate::train::Monitor::Metric);
        let report = trainer(0).fit(&data(), &data(), Fit::new(7, 5), stopping).unwrap();
        assert_eq!(report.epochs, 1);
        assert!(report.stopped.is_some_and(|reason| reason.contains("metric")));
    }

    #[test]
    fn the_best_epochs_are_shown_and_history_keeps_what_fits() {
        let mut shown = Vec::new();
        let checkpoint = BestCheckpoint::new(|net: &Tiny, report: &EpochReport| {
            shown.push((report.epoch, numbers(net)));
            if report.epoch == 4 { Flow::Break("the disk is full") } else { Flow::Continue(()) }
        });
        let mut script = Script(checkpoint, &[3.0, 4.0, 2.0, 1.0, 0.5], Vec::new());
        let (mut history, mut losses) = (History::<3>::new(), Vec::new());
        let report = trainer(0)
            .fit(
                &data(),
                &data(),
                Fit::new(5, 5),
                (&mut script, &mut history, each_epoch(|r| losses.push(r.train_loss))),
            )
            .unwrap();
        assert_eq!(report.stopped, Some("the disk is full"));
        let net = |epoch: usize| (epoch, script.2[epoch - 1].clone());
        assert_eq!(shown, [net(1), net(3), net(4)]);
        assert_eq!((history.epochs().len(), history.missed(), losses.len()), (3, 1, 4));
        assert_eq!(history.epochs().iter().map(|e| e.train_loss).collect::<Vec<_>>(), losses[..3]);
        assert_eq!(history.epochs()[0].epochs, 5);
    }

    #[test]
    fn the_loss_of_an_epoch_weighs_its_steps_by_their_samples() {
        struct Steps(f64, f64);
        impl Callback<Tiny> for Steps {
            fn on_step_end(&mut self, step: &StepReport, _: &mut Tiny) -> Flow {
                self.0 += step.loss * step.samples as f64;
                self.1 += step.samples as f64;
                Flow::Continue(())
            }
        }
        let mut steps = Steps(0.0, 0.0);
        let report = trainer(0).fit(&data(), (), Fit::new(1, 4), &mut steps).unwrap();
        assert_eq!(steps.1, N as f64);
        assert!((report.last.unwrap().train_loss - steps.0 / steps.1).abs() < 1e-15);
    }

    #[test]
    fn a_schedule_scales_every_step_and_learns_the_loss() {
        struct Falling(Vec<Progress>, Vec<f64>);
        impl Schedule for Falling {
            fn factor(&mut self, at: &Progress) -> f64 {
                self.0.push(*at);
                1.0 / (1 + at.step) as f64
            }
            fn epoch_end(&mut self, loss: f64) {
                self.1.push(loss);
            }
        }
        let mut falling = Falling(Vec::new(), Vec::new());
        let fit = Fit { schedule: Some(&mut falling), ..Fit::new(2, 6) };
        let report = trainer(0).fit(&data(), &data(), fit, ()).unwrap().last.unwrap();
        assert!((report.lr - 0.1 / 4.0).abs() < 1e-15, "the last of four steps: {}", report.lr);
        let at = |step, epoch| Progress { step, epoch, steps_per_epoch: 2, total_steps: 4 };
        assert_eq!(falling.0, [at(0, 0), at(1, 0), at(2, 1), at(3, 1)]);
        assert_eq!(falling.1.last(), report.valid_loss.as_ref());
    }

    #[test]
    fn errors_name_the_epoch_the_step_and_the_sample_of_the_data() {
        let mut poisoned = data();
        poisoned.0[7][0] = f64::NAN;
        let mut trainer = trainer(0);
        let fit = |batch| Fit { shuffle: false, ..Fit::new(2, batch) };
        let error = trainer.fit(&poisoned, (), fit(3), ()).unwrap_err();
        assert_eq!(error, FitError::NonFinite(NonFinite { epoch: 1, step: 3, layer: Some("fc1") }));
        assert_eq!(trainer.steps(), 2);

        let part = Subset { data: data(), indices: &[0, 1, 2, 99] };
        let error = trainer.fit(&part, (), fit(3), ()).unwrap_err();
        assert_eq!(error, FitError::Data { index: 3, error: SliceError::OutOfRange { index: 99, len: N } });
        assert_eq!(trainer.fit(&data(), (), fit(0), ()), Err(FitError::NoBatch));
        let empty: (&[[f64; 2]], &[f64]) = (&[], &[]);
        assert_eq!(trainer.fit(&empty, (), fit(3), ()), Err(FitError::Empty { set: "training" }));
    }

    #[test]
    fn steps_that_are_not_finite_can_be_skipped_but_not_all_of_them() {
        let mut poisoned = data();
        poisoned.0[7][0] = f64::NAN;
        let fit = |batch| Fit { skip_non_finite: true, ..Fit::new(2, batch) };
        let mut trainer = trainer(0);
        let report = trainer.fit(&poisoned, (), fit(4), ()).unwrap();
        assert_eq!((report.steps, report.last.unwrap().skipped), (4, 1));
        assert!(report.last.unwrap().train_loss.is_finite());
        let before = numbers(trainer.net());
        let error = trainer.fit(&poisoned, (), fit(N), ()).unwrap_err();
        assert_eq!(error, FitError::NonFinite(NonFinite { epoch: 1, step: 5, layer: Some("fc1") }));
        assert_eq!(numbers(trainer.net())[..Tiny::<f64>::PARAMS], before[..Tiny::<f64>::PARAMS]);
    }

    #[test]
    fn one_batch_can_be_learned_by_heart() {
        let (first, last) = trainer(0).overfit_one_batch(&data(), 3, 400).unwrap();
        assert!(first > 0.1 && last < 1e-3, "loss {first} before, {last} after");
        assert_eq!(trainer(0).overfit_one_batch(&data(), 0, 4), Err(FitError::NoBatch));
    }
}
