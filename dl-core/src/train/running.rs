//! A step in the making: gradients that add up, chunk by chunk, until the weights are updated.

use crate::optim::{self, Step};
use crate::place;
use crate::{Blank, Loss, Network, Optimizer, Pass, Real, Rng};

use super::lane::Data;
use super::lanes::{Round, Work};
use super::memory::Input;
use super::{Clip, CountOf, Dataset, FitError, Memory, NonFinite, StepReport, TargetOf, Trainer, Update};

/// A step in the making: gradients add up in [`accumulate`](Self::accumulate) until [`apply`](Self::apply) updates the
/// weights. Dropping it abandons the step and leaves the weights as they were.
///
/// Statistics of batch norm are taken over when the next chunk needs their memory, so of an abandoned step of several
/// chunks all but the last one's stay.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
/// let total = trainer.count(&data).unwrap();
/// let mut step = trainer.begin(total);
/// step.accumulate(&data).unwrap();
/// drop(step); // abandoned
/// assert_eq!(trainer.steps(), 0);
/// # }
/// ```
#[must_use = "a step that is dropped changes nothing: call `apply`"]
pub struct Running<'t, N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> {
    trainer: &'t mut Trainer<N, L, O, B>,
    total: CountOf<N, L>,
    /// Seeds the step's randomness.
    key: Rng,
    chunks: usize,
    samples: usize,
    loss: f64,
    layer: Option<&'static str>,
    /// The round whose tapes have not been settled, and whether its samples have lengths.
    unsettled: Option<(Round<B>, bool)>,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> Running<'_, N, L, O, B> {
    pub(super) fn new(
        trainer: &mut Trainer<N, L, O, B>,
        total: CountOf<N, L>,
        key: Rng,
    ) -> Running<'_, N, L, O, B> {
        Running { trainer, total, key, chunks: 0, samples: 0, loss: 0.0, layer: None, unsettled: None }
    }

    /// Adds the gradients of all samples of `part`.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// let mut step = trainer.begin(2.0); // numbers that count in the whole step
    /// step.accumulate(&([[0.0, 1.0]], [1.0])).unwrap();
    /// step.accumulate(&([[1.0, 1.0]], [2.0])).unwrap();
    /// assert_eq!(step.apply().unwrap().samples, 2);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`FitError::FewSamples`], [`FitError::Data`], or [`FitError::NonFinite`], after which the step cannot be applied.
    pub fn accumulate<D>(&mut self, part: &D) -> Result<(), FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        expect_samples::<N, B, _>(part.len())?;
        let rng = self.trainer.augmentation();
        for round in self.trainer.lanes.rounds(self.chunks, part.len()) {
            self.settle();
            self.round(part, &round, rng)?;
        }
        Ok(())
    }

    /// Adds the gradients of a round of chunks, each to that of its lane.
    fn round<D>(&mut self, part: &D, round: &Round<B>, rng: Rng) -> Result<(), FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        let (key, total, before, place) = (self.key, self.total, self.samples, self.non_finite());
        let fresh = self.chunks < self.trainer.lanes.count();
        let Trainer { memory, loss, lanes, isa, .. } = &mut *self.trainer;
        let isa = *isa;
        let Memory { net, lane: first, .. } = &mut **memory;
        let result = lanes.compute(first, round, Work::Train, |i, lane| {
            let (at, live) = round.chunk(i);
            lane.share = Blank::ZERO;
            let x = lane.data.load(part, at, live, rng)?;
            let pass = Pass::train(key).chunk(before + at - round.at, live).on(isa);
            lane.train(net, loss, x, total, pass.fresh(fresh), D::PADDED)
                .map_err(|layer| FitError::NonFinite(NonFinite { layer, ..place }))
        });
        lanes.each(first, round, |_, lane| self.loss += lane.share.to_f64());
        match &result {
            Ok(()) => self.took(Round { at: before, ..*round }, D::PADDED),
            Err(FitError::NonFinite(place)) => self.layer = place.layer,
            Err(_) => {}
        }
        result
    }

    /// Adds the gradient of the chunk that is loaded, or of inputs `x` that are lent: the first of the step.
    #[inline(always)]
    pub(super) fn chunk(
        &mut self,
        x: Option<Input<'_, N, B>>,
        live: usize,
        padded: bool,
    ) -> Result<(), NonFinite> {
        let pass = Pass::train(self.key).chunk(0, live).on(self.trainer.isa);
        let Trainer { memory, loss, .. } = &mut *self.trainer;
        let Memory { net, lane, .. } = &mut **memory;
        let result = lane.train(net, loss, x, self.total, pass.fresh(true), padded);
        self.loss = lane.share.to_f64();
        if let Err(layer) = result {
            self.layer = layer;
            return Err(self.non_finite());
        }
        self.took(Round::first(live), padded);
        Ok(())
    }

    /// Remembers a round whose gradients are added, `at` its place in the step.
    #[inline(always)]
    fn took(&mut self, round: Round<B>, padded: bool) {
        self.chunks += round.chunks();
        self.samples += round.samples;
        self.unsettled = Some((round, padded));
    }

    /// Lets the network take over the statistics that the last round left on the tapes, in the order of the chunks.
    fn settle(&mut self) {
        let Some((round, padded)) = self.unsettled.take() else { return };
        let Trainer { memory, lanes, isa, .. } = &mut *self.trainer;
        let Memory { net, lane: first, .. } = &mut **memory;
        lanes.each(first, &round, |i, lane| {
            let (at, live) = round.chunk(i);
            let pass = Pass::train(self.key).chunk(at, live).on(*isa);
            net.settle(&lane.tape, Data::<N, L, B>::pass(&lane.data.lens, pass, padded));
        });
    }

    /// The loss of the samples so far, as their share of the step's mean.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// let mut step = trainer.begin(1.0);
    /// step.accumulate(&([[0.0, 1.0]], [1.0])).unwrap();
    /// let so_far = step.loss();
    /// assert_eq!(step.apply().unwrap().loss, so_far);
    /// # }
    /// ```
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// Updates the weights.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// let mut step = trainer.begin(1.0);
    /// step.accumulate(&([[0.0, 1.0]], [1.0])).unwrap();
    /// assert_eq!(step.apply().unwrap().step, 1);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`NonFinite`], if the loss (or, with [`Clip::Norm`], the gradient) is not finite: the weights are as before.
    pub fn apply(self) -> Result<StepReport, NonFinite> {
        self.finish(&Update::default())
    }

    /// [`apply`](Self::apply), with a learning rate, limits and groups of its own.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::train::Update;
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.1), 0);
    /// let mut step = trainer.begin(1.0);
    /// step.accumulate(&([[0.0, 1.0]], [1.0])).unwrap();
    /// let report = step.apply_with(&Update { lr_factor: 0.5, ..Update::default() }).unwrap();
    /// assert_eq!(report.lr, 0.05);
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`apply`](Self::apply).
    pub fn apply_with(self, update: &Update) -> Result<StepReport, NonFinite> {
        self.finish(update)
    }

    #[inline(always)]
    pub(super) fn finish(mut self, update: &Update) -> Result<StepReport, NonFinite> {
        if !self.loss.is_finite() {
            return Err(self.non_finite());
        }
        let Trainer { memory, lanes, .. } = &mut *self.trainer;
        let Memory { net, lane, .. } = &mut **memory;
        if self.chunks == 0 {
            place::clear(&mut *lane.grad);
        }
        let threads = lanes.gather(net, lane, self.chunks);
        let (mut grad_scale, mut clip_value, mut grad_norm) = (1.0, None, None);
        match update.clip {
            None => {}
            Some(Clip::Value(limit)) => clip_value = Some(limit),
            Some(Clip::Norm(max_norm)) => {
                let norm = optim::global_norm(&mut **net, &mut lane.grad);
                if !norm.is_finite() {
                    return Err(self.non_finite());
                }
                grad_scale = optim::clip_factor(norm, max_norm);
                grad_norm = Some(norm);
            }
        }
        self.settle();
        let trainer = self.trainer;
        trainer.steps += 1;
        let step = Step {
            number: trainer.steps,
            lr_factor: update.lr_factor,
            grad_scale,
            clip_value,
            groups: update.groups,
            isa: trainer.isa,
            threads,
        };
        let Memory { net, moments, lane } = &mut *trainer.memory;
        trainer.optimizer.update::<_, N>(net, &mut lane.grad, moments, &step);
        Ok(StepReport {
            epoch: 0,
            step: trainer.steps,
            loss: self.loss,
            samples: self.samples,
            lr: trainer.optimizer.lr() * update.lr_factor,
            grad_norm,
        })
    }

    fn non_finite(&self) -> NonFinite {
        NonFinite { epoch: 0, step: self.trainer.steps + 1, layer: self.layer }
    }
}

/// Refuses a step whose last chunk is too small for a layer that mixes samples.
#[inline(always)]
pub(super) fn expect_samples<N: Network, const B: usize, E>(samples: usize) -> Result<(), FitError<E>> {
    let last = match samples % B {
        0 => samples.min(B),
        rest => rest,
    };
    if samples > 0 && last < N::MIXES {
        return Err(FitError::FewSamples { samples: last, needed: N::MIXES });
    }
    Ok(())
}
