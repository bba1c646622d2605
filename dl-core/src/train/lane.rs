//! A lane: what one chunk of samples needs on its way through the network.

use crate::kernels::{Entered, Isa, enter};
use crate::layer::{GradOf, TapeOf, WorkOf};
use crate::place;
use crate::{Blank, Loss, Network, Pass, Real, Rng, Signal};

use super::aligned::Aligned;
use super::evaluate::{infer, is_tiny};
use super::memory::{Input, InputLens, InputPass, Inputs, OutputPass, Outputs, Targets};
use super::{CountOf, Dataset, Metric, TargetOf};

/// The memory of one chunk, and the gradient that it adds to.
#[repr(C)]
pub(crate) struct Lane<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> {
    pub(super) grad: Aligned<GradOf<N>>,
    pub(super) tape: Aligned<TapeOf<N, B>>,
    pub(super) work: Aligned<WorkOf<N, B>>,
    pub(super) y: Aligned<Outputs<N, B>>,
    dy: Aligned<Outputs<N, B>>,
    pub(super) data: Data<N, L, B>,
    /// The chunk's share of the loss.
    pub(super) share: N::Scalar,
}

/// One chunk of inputs and targets.
#[repr(C)]
pub(super) struct Data<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> {
    pub(super) x: Inputs<N, B>,
    pub(super) target: Targets<N, L, B>,
    pub(super) lens: InputLens<N, B>,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> Blank for Lane<N, L, B> {
    const ZERO: Self = Lane {
        grad: Blank::ZERO,
        tape: Blank::ZERO,
        work: Blank::ZERO,
        y: Blank::ZERO,
        dy: Blank::ZERO,
        data: Data::ZERO,
        share: Blank::ZERO,
    };
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> Blank for Data<N, L, B> {
    const ZERO: Self = Data { x: Blank::ZERO, target: Blank::ZERO, lens: Blank::ZERO };
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> Lane<N, L, B> {
    /// Adds the gradient of the chunk that is loaded, or of inputs `x` that are lent; `total` is what counts in the whole
    /// step.
    ///
    /// # Errors
    /// If the loss is not finite: the first layer where something is not, if there is one.
    #[inline(always)]
    pub(super) fn train<'a>(
        &'a mut self,
        net: &N,
        loss: &L,
        x: Option<Input<'_, N, B>>,
        total: CountOf<N, L>,
        pass: InputPass<'a, N, B>,
        padded: bool,
    ) -> Result<(), Option<&'static str>> {
        let call = Train { lane: self, net, loss, x, total, pass, padded };
        if const { is_tiny::<N, B>() } { enter(pass.isa(), call) } else { call.run(pass.isa()) }
    }

    /// Computes outputs and loss of the chunk that is loaded, or of inputs `x` that are lent, in inference mode; `total` is
    /// what counts in all chunks.
    pub(super) fn evaluate<'a>(
        &'a mut self,
        net: &N,
        loss: &L,
        x: Option<Input<'_, N, B>>,
        total: CountOf<N, L>,
        pass: InputPass<'a, N, B>,
        padded: bool,
    ) {
        let Lane { work, y, data, share, .. } = self;
        let pass = Data::<N, L, B>::pass(&data.lens, pass, padded);
        let x = match x {
            Some(lent) => N::In::shorten(lent),
            None => N::In::get(&data.x),
        };
        infer::<N, B>(net, x, y, work, pass);
        let (y, target) = (N::Out::get(y), TargetOf::<N, L>::get(&data.target));
        let no_dy = N::Out::no_grad::<N::Scalar, B>();
        *share = loss.value_and_grad(y, target, no_dy, total, output_pass::<N, B>(pass));
    }

    /// Shows outputs and targets of the chunk to `metric`.
    pub(super) fn judge<'a, M>(&'a self, metric: &mut M, pass: InputPass<'a, N, B>, padded: bool)
    where
        M: Metric<N::Scalar, N::Out, TargetOf<N, L>>,
    {
        let pass = Data::<N, L, B>::pass(&self.data.lens, pass, padded);
        let (y, target) = (N::Out::get(&self.y), TargetOf::<N, L>::get(&self.data.target));
        metric.update(y, target, output_pass::<N, B>(pass));
    }
}

/// A chunk of a training step: see [`Lane::train`].
struct Train<'n, 'x, 'a, N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> {
    lane: &'a mut Lane<N, L, B>,
    net: &'n N,
    loss: &'n L,
    x: Option<Input<'x, N, B>>,
    total: CountOf<N, L>,
    pass: InputPass<'a, N, B>,
    padded: bool,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> Entered for Train<'_, '_, '_, N, L, B> {
    type Out = Result<(), Option<&'static str>>;

    #[inline(always)]
    fn run(self, isa: Isa) -> Self::Out {
        let Train { lane, net, loss, x, total, pass, padded } = self;
        let Lane { grad, tape, work, y, dy, data, share } = lane;
        let fresh = pass.is_fresh();
        if fresh && !N::SETS_GRAD {
            place::clear(&mut **grad);
        }
        let pass = Data::<N, L, B>::pass(&data.lens, pass.on(isa), padded).fresh(fresh && N::SETS_GRAD);
        let x = match x {
            Some(lent) => N::In::shorten(lent),
            None => N::In::get(&data.x),
        };
        net.forward(x, N::Out::get_mut(y), Some(tape), work, pass);
        *share = loss.value_and_grad(
            N::Out::get(y),
            TargetOf::<N, L>::get(&data.target),
            N::Out::grad(dy),
            total,
            output_pass::<N, B>(pass),
        );
        if !share.to_f64().is_finite() {
            return Err(N::first_non_finite(tape));
        }
        let (y, dy, no_dx) = (N::Out::get(y), N::Out::get(dy), N::In::no_grad::<N::Scalar, B>());
        net.backward(x, y, tape, dy, no_dx, Some(grad), work, pass);
        Ok(())
    }
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> Data<N, L, B> {
    /// Reads samples `at .. at + live` of `data`, and repeats them until the chunk is full. Inputs that lie together are
    /// not copied, but lent. On an error, names the sample.
    #[inline]
    pub(super) fn load<'d, D>(
        &mut self,
        data: &'d D,
        at: usize,
        live: usize,
        rng: Rng,
    ) -> Result<Option<Input<'d, N, B>>, (usize, D::Error)>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        if live == B
            && let Some(x) = data.lend(at)
        {
            return self.load_targets(data, at, live, rng).map(|()| Some(x));
        }
        for b in 0..live {
            let index = at + b;
            let x = N::In::sample(&mut self.x, b);
            let target = TargetOf::<N, L>::sample(&mut self.target, b);
            data.get(index, rng.fork(index as u64), x, target).map_err(|error| (index, error))?;
        }
        for b in live..B {
            N::In::copy_sample(&mut self.x, b % live.max(1), b);
        }
        self.fill(data, at, live);
        Ok(None)
    }

    /// Reads the targets and lengths alone; the inputs are left in any state.
    #[inline]
    pub(super) fn load_targets<D>(
        &mut self,
        data: &D,
        at: usize,
        live: usize,
        rng: Rng,
    ) -> Result<(), (usize, D::Error)>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        for b in 0..live {
            let (index, key) = (at + b, rng.fork((at + b) as u64));
            let target = TargetOf::<N, L>::sample(&mut self.target, b);
            if !data.target(index, key, target).map_err(|error| (index, error))? {
                let x = N::In::sample(&mut self.x, b);
                let target = TargetOf::<N, L>::sample(&mut self.target, b);
                data.get(index, key, x, target).map_err(|error| (index, error))?;
            }
        }
        self.fill(data, at, live);
        Ok(())
    }

    #[inline]
    fn fill<D>(&mut self, data: &D, at: usize, live: usize)
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        for b in live..B {
            TargetOf::<N, L>::copy_sample(&mut self.target, b % live.max(1), b);
        }
        if D::PADDED {
            for b in 0..B {
                N::In::set_len(&mut self.lens, b, data.steps(at + b % live.max(1)));
            }
        }
    }

    /// The pass with the valid lengths of this chunk, if `padded`.
    pub(super) fn pass<'a>(
        lens: &'a InputLens<N, B>,
        pass: InputPass<'a, N, B>,
        padded: bool,
    ) -> InputPass<'a, N, B> {
        if padded { pass.with_lens(N::In::lens(lens)) } else { pass }
    }

    /// What counts in the chunk.
    pub(super) fn count(&self, loss: &L, live: usize, padded: bool) -> CountOf<N, L> {
        let pass = Self::pass(&self.lens, Pass::infer().chunk(0, live), padded);
        loss.count(TargetOf::<N, L>::get(&self.target), output_pass::<N, B>(pass))
    }
}

/// The pass with the valid lengths of the output.
#[inline(always)]
pub(super) fn output_pass<'a, N: Network, const B: usize>(pass: InputPass<'a, N, B>) -> OutputPass<'a, N, B> {
    pass.with_lens(N::lens(pass))
}
