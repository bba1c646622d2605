//! Loss and metrics on other data, and outputs.

use crate::kernels::{Entered, Isa, enter};
use crate::layer::WorkOf;
use crate::math;
use crate::small;
use crate::{Loss, Network, Optimizer, Pass, Real, Signal, Vals};

use super::lane::Data;
use super::lanes::Work;
use super::memory::{Input, InputLens, InputPass, Inputs, Memory, Outputs};
use super::trainer::stream;
use super::{Dataset, FitError, InputOf, Metric, OutputOf, Samples, SliceError, TargetOf, Trainer};

/// The outputs of a chunk, in inference mode.
#[inline(always)]
pub(super) fn infer<'a, N: Network, const B: usize>(
    net: &N,
    x: Input<'_, N, B>,
    y: &mut Outputs<N, B>,
    work: &mut WorkOf<N, B>,
    pass: InputPass<'a, N, B>,
) {
    let call = Forward { net, x, y, work, pass };
    if const { is_tiny::<N, B>() } { enter(pass.isa(), call) } else { call.run(pass.isa()) }
}

/// Whether calls are so short that they are worth a copy of the network's code for each instruction set.
pub(super) const fn is_tiny<N: Network, const B: usize>() -> bool {
    N::MACS * B <= small::MACS
}

/// A forward pass without a tape.
struct Forward<'n, 'x, 'a, N: Network, const B: usize> {
    net: &'n N,
    x: Input<'x, N, B>,
    y: &'n mut Outputs<N, B>,
    work: &'n mut WorkOf<N, B>,
    pass: InputPass<'a, N, B>,
}

impl<N: Network, const B: usize> Entered for Forward<'_, '_, '_, N, B> {
    type Out = ();
    #[inline(always)]
    fn run(self, isa: Isa) {
        let Forward { net, x, y, work, pass } = self;
        net.forward(x, N::Out::get_mut(y), None, work, pass.on(isa));
    }
}

/// Turns scores into probabilities: a softmax over every `classes` numbers, the sigmoid if `classes` is 1.
pub(super) fn probabilities<T: Real>(scores: &mut [T], classes: usize) {
    if classes <= 1 {
        scores.iter_mut().for_each(|s| *s = math::sigmoid(*s));
        return;
    }
    for scores in scores.chunks_exact_mut(classes) {
        let mut max = scores[0];
        for &s in &*scores {
            max = if s > max { s } else { max };
        }
        let mut sum = T::zero();
        for s in &mut *scores {
            *s = math::exp(*s - max);
            sum += *s;
        }
        scores.iter_mut().for_each(|s| *s /= sum);
    }
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> Trainer<N, L, O, B> {
    /// The loss over all of `data`, in inference mode, with `metric` fed on the way; `&mut ()` for no metric.
    ///
    /// Data of several chunks have their targets read twice, see [`Dataset::target`].
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// trainer.net_mut().head.weight.fill(1.0);
    /// trainer.net_mut().head.bias.fill(0.0);
    /// let loss = trainer.evaluate(&([[1.0, 2.0], [3.0, 4.0]], [3.0, 9.0]), &mut ()).unwrap();
    /// assert_eq!(loss, 2.0); // errors 0 and -2
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`FitError::Empty`], [`FitError::Data`]. A loss that is not finite is no error here.
    pub fn evaluate<D, M>(&mut self, data: &D, metric: &mut M) -> Result<f64, FitError<D::Error>>
    where
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
        M: Metric<N::Scalar, N::Out, TargetOf<N, L>>,
    {
        let n = data.len();
        if n == 0 {
            return Err(FitError::Empty { set: "evaluation" });
        }
        metric.reset();
        let rng = self.rng.fork(stream::EVALUATE);
        let total = if n > B { Some(self.count_with(data, rng)?) } else { None };
        let mut sum = 0.0;
        let Trainer { memory, loss, lanes, isa, .. } = self;
        let isa = *isa;
        let Memory { net, lane: first, .. } = &mut **memory;
        for round in lanes.rounds(0, n) {
            lanes.compute(first, &round, Work::Infer, |i, lane| {
                let (at, live) = round.chunk(i);
                let x = lane.data.load(data, at, live, rng)?;
                let total = total.unwrap_or_else(|| lane.data.count(loss, live, D::PADDED));
                lane.evaluate(net, loss, x, total, Pass::infer().chunk(at, live).on(isa), D::PADDED);
                Ok::<_, FitError<D::Error>>(())
            })?;
            lanes.each(first, &round, |i, lane| {
                let (at, live) = round.chunk(i);
                sum += lane.share.to_f64();
                lane.judge(metric, Pass::infer().chunk(at, live), D::PADDED);
            });
        }
        Ok(sum)
    }

    /// The output for one input, in inference mode.
    ///
    /// It takes the time of a whole chunk; for one input at a time use a [`Model`](super::Model), for many use
    /// [`predict_each`](Self::predict_each).
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
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// let whole = trainer.predict(&[1.0, 2.0])[0];
    /// assert_eq!(trainer.predict_padded(&[1.0, 2.0], 1)[0], whole); // `Dense` does not cross steps
    /// # }
    /// ```
    pub fn predict_padded(&mut self, x: InputOf<'_, N>, steps: <N::In as Signal>::Len) -> OutputOf<'_, N> {
        let Memory { net, lane, .. } = &mut *self.memory;
        let x = fill::<N, B>(&mut lane.data.x, &mut lane.data.lens, x, steps);
        let pass = Data::<N, L, B>::pass(&lane.data.lens, Pass::infer().chunk(0, 1).on(self.isa), true);
        infer::<N, B>(net, x, &mut lane.y, &mut lane.work, pass);
        N::Out::sample_ref(&lane.y, 0)
    }

    /// Calls `f` with the index and the output of each input, in order, a chunk at a time.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    /// trainer.net_mut().head.weight.fill(1.0);
    /// trainer.net_mut().head.bias.fill(0.0);
    /// let mut outputs = Vec::new();
    /// trainer.predict_each(&[[1.0, 2.0], [3.0, 4.0]], |_, y| outputs.push(y[0])).unwrap();
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
        let Memory { net, lane, .. } = &mut *self.memory;
        each::<N, S, B>(net, &mut lane.data.x, &mut lane.y, &mut lane.work, inputs, self.isa, &mut f)
    }
}

/// A chunk that is all one sample: where that lies if it is a chunk already, a copy in `buf` otherwise.
#[inline(always)]
pub(super) fn fill<'a, 'x: 'a, N: Network, const B: usize>(
    buf: &'a mut Inputs<N, B>,
    lens: &mut InputLens<N, B>,
    sample: InputOf<'x, N>,
    steps: <N::In as Signal>::Len,
) -> Input<'a, N, B> {
    for b in 0..B {
        N::In::set_len(lens, b, steps);
    }
    if let Some(alone) = N::In::alone(sample) {
        return alone;
    }
    for b in 0..B {
        N::In::put(buf, b, sample);
    }
    N::In::get(buf)
}

/// The outputs of all `inputs`, a chunk at a time.
pub(super) fn each<N: Network, S, const B: usize>(
    net: &N,
    x: &mut Inputs<N, B>,
    y: &mut Outputs<N, B>,
    work: &mut WorkOf<N, B>,
    inputs: &S,
    isa: Isa,
    f: &mut dyn FnMut(usize, OutputOf<'_, N>),
) -> Result<(), SliceError>
where
    S: Samples<N::Scalar, N::In> + ?Sized,
{
    let n = inputs.count()?;
    for at in (0..n).step_by(B) {
        let live = B.min(n - at);
        let x = match inputs.lend(at) {
            Some(lent) => N::In::shorten(lent),
            None => {
                for b in 0..live {
                    inputs.copy_to(at + b, N::In::sample(x, b));
                }
                for b in live..B {
                    N::In::copy_sample(x, b % live.max(1), b);
                }
                N::In::get(x)
            }
        };
        infer::<N, B>(net, x, y, work, Pass::infer().chunk(at, live).on(isa));
        for b in 0..live {
            f(at + b, N::Out::sample_ref(y, b));
        }
    }
    Ok(())
}

impl<T, N, L, O, const K: usize, const B: usize> Trainer<N, L, O, B>
where
    T: Real,
    N: Network<Scalar = T, Out = Vals<K>>,
    L: Loss<T, Vals<K>>,
    O: Optimizer,
{
    /// [`predict`](Self::predict), as probabilities: the softmax over the last dimension of the output, or the sigmoid
    /// if that has one number.
    ///
    /// For networks whose outputs are scores (logits), as the cross-entropies want them; one that ends in `Softmax`
    /// or `Sigmoid` gives probabilities already.
    /// ```
    /// # use dl_core::{loss::CrossEntropy, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<3> }
    /// # #[cfg(feature = "alloc")] {
    /// let mut trainer = NetTrainer::<CrossEntropy, Sgd>::boxed(0);
    /// let p = trainer.predict_proba(&[1.0, 2.0]);
    /// assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    /// # }
    /// ```
    pub fn predict_proba(&mut self, x: InputOf<'_, N>) -> &[T; K] {
        self.predict(x);
        let y = Vals::<K>::sample::<T, B>(&mut self.memory.lane.y, 0);
        probabilities(y, N::OUTPUT.last());
        y
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::boxed::Box;
    use std::vec::Vec;

    use super::*;
    use crate::metrics::Score;
    use crate::nalgebra::SMatrix;
    use crate::train::tiny::{Mse, Sgd, Tiny};
    use crate::train::{Model, ModelMemory, Padded};
    use crate::{Blank, params};

    const X: [[f64; 2]; 5] = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.1, 0.9], [-1.2, -0.3]];
    const Y: [f64; 5] = [1.0, -0.5, 0.25, 2.0, 0.0];

    fn trainer<const B: usize>() -> Trainer<Tiny, Mse, Sgd, B> {
        Trainer::in_place(Box::leak(Box::new(Memory::ZERO)), Mse, Sgd::default(), 0)
    }

    /// The largest error.
    #[derive(Default)]
    struct Largest(f64, usize);
    impl Metric<f64, Vals<1>, Vals<1>> for Largest {
        fn update<'a, const B: usize>(
            &mut self,
            y: &SMatrix<f64, 1, B>,
            target: &SMatrix<f64, 1, B>,
            pass: Pass<'a, B>,
        ) {
            for b in 0..pass.live() {
                self.0 = self.0.max((y[b] - target[b]).abs());
                self.1 += 1;
            }
        }
    }
    impl Score for Largest {
        const NAME: &'static str = "largest error";
        const HIGHER_IS_BETTER: bool = false;
        fn reset(&mut self) {
            *self = Largest::default();
        }
        fn value(&self) -> f64 {
            self.0
        }
    }

    #[test]
    fn loss_and_metric_are_over_all_samples_whatever_the_chunk() {
        fn run<const B: usize>() -> (f64, f64) {
            let mut metric = (Largest(9.0, 9), Largest::default());
            let loss = trainer::<B>().evaluate(&(X, Y), &mut metric).unwrap();
            assert_eq!((metric.0.1, metric.1.1), (5, 5));
            (loss, metric.value())
        }
        let mut outputs = Vec::new();
        trainer::<2>().predict_each(&X, |i, y| outputs.push((i, y[0]))).unwrap();
        let errors: Vec<f64> = outputs.iter().map(|&(i, y)| (y - Y[i]).abs()).collect();
        let loss = errors.iter().map(|e| e * e).sum::<f64>() / 5.0;
        for (got, largest) in [run::<1>(), run::<2>(), run::<5>(), run::<8>()] {
            assert!((got - loss).abs() < 1e-14, "{got}, by hand {loss}");
            assert!(errors.iter().all(|&e| e <= largest) && errors.contains(&largest));
        }
    }

    #[test]
    fn nothing_to_evaluate_is_an_error() {
        let error = trainer::<2>().evaluate(&(&X[..0], &Y[..0]), &mut ()).unwrap_err();
        assert_eq!(error, FitError::Empty { set: "evaluation" });
    }

    #[test]
    fn a_model_with_the_same_weights_gives_the_same_outputs() {
        let mut trainer = trainer::<4>();
        trainer.step(&(X, Y)).unwrap();
        let mut model = Model::<Tiny>::in_place(Box::leak(Box::new(ModelMemory::ZERO)), 7);
        let of_seed_7 = model.predict(&X[1])[0];
        params::copy(model.net_mut(), trainer.net());
        let mut pairs = Vec::new();
        trainer.predict_each(&X, |i, y| pairs.push((i, y[0]))).unwrap();
        for (i, y) in pairs {
            assert_eq!((trainer.predict(&X[i])[0], model.predict(&X[i])[0]), (y, y));
        }
        assert_ne!(model.predict(&X[1])[0], of_seed_7);
        let short = model.predict_padded(&X[1], 1)[0];
        assert_eq!(short, model.predict(&[X[1][0], 0.0])[0]);
        assert_eq!(trainer.predict_padded(&X[1], 1)[0], short);
        let padded = Padded { data: (&X[1..2], [[short]]), steps: &[1_u16] };
        assert_eq!(trainer.evaluate(&padded, &mut ()), Ok(0.0));
    }

    #[test]
    fn probabilities_sum_to_one_over_the_last_dimension() {
        let mut scores = [0.0_f64, 0.0, 1000.0, 1000.0 + 3.0_f64.ln()];
        probabilities(&mut scores, 2);
        for (p, expected) in scores.into_iter().zip([0.5, 0.5, 0.25, 0.75]) {
            assert!((p - expected).abs() < 1e-12, "{p}, expected {expected}");
        }
        let mut score = [3.0_f64.ln()];
        probabilities(&mut score, 1);
        assert!((score[0] - 0.75).abs() < 1e-15);
        let mut trainer = trainer::<2>();
        let score = trainer.predict(&X[0])[0];
        assert_eq!(trainer.predict_proba(&X[0]), &[math::sigmoid(score)]);
    }
}
