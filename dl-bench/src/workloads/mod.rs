//! The workloads: a network, synthetic inputs from a fixed seed, and what is timed.

use std::fmt;
use std::hint::black_box;

use dl::loss::Loss;
use dl::quant::{Calibration, Int8Network, Method, QuantizeNetwork};
use dl::train::{Dataset, Model, TargetOf, Trainer};
use dl::{Fold, Network, Optimizer, Rng, Vals, place};

use crate::measure::{Step, step};
use crate::work::Work;

mod autoencoder;
mod charlstm;
mod gpt;
mod kws;
mod lenet;
mod mlp;
mod resnet8;
mod stream;
mod tiny;

pub(crate) const WORKLOADS: [Workload; 21] = [
    mlp::INFER,
    mlp::TRAIN,
    lenet::INFER,
    lenet::TRAIN,
    kws::INFER,
    kws::INFER_INT8,
    resnet8::INFER,
    autoencoder::INFER,
    tiny::INFER,
    tiny::TRAIN,
    stream::LSTM8,
    stream::LSTM16,
    stream::LSTM32,
    stream::LSTM64,
    stream::GRU8,
    stream::GRU16,
    stream::GRU32,
    stream::GRU64,
    charlstm::TRAIN,
    gpt::TRAIN,
    gpt::INFER,
];

/// A network and what is timed of it, at one or more batches.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// One line for `--list`.
    pub(crate) what: &'static str,
    pub(crate) rows: &'static [Row],
}

/// One batch of a workload.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) batch: usize,
    /// What one call asks of the machine.
    pub(crate) work: Work,
    /// Builds the network and its inputs: what is timed.
    pub(crate) start: fn() -> Step,
    /// The same for several threads, if a step has several chunks to share.
    pub(crate) share: Option<fn(usize) -> Step>,
    /// Of a training workload: how its loss develops, or why that is not learning.
    pub(crate) losses: Option<fn() -> Result<Losses, String>>,
}

impl Row {
    /// What is timed, on this many threads.
    pub(crate) fn step(&self, threads: usize) -> Step {
        match self.share {
            Some(share) if threads > 1 => share(threads),
            _ => (self.start)(),
        }
    }
}

impl Workload {
    /// `32, 256`
    pub(crate) fn batches(&self) -> String {
        let batches: Vec<_> = self.rows.iter().map(|row| row.batch.to_string()).collect();
        batches.join(", ")
    }
}

/// Seed of the weights.
const SEED: u64 = 0;

/// Where inputs and targets come from: a stream of their own.
fn data_rng() -> Rng {
    Rng::new(SEED).fork(u64::from_be_bytes(*b"workload"))
}

/// `n` samples of normally distributed numbers.
fn normal<const N: usize>(n: usize, rng: &mut Rng) -> Vec<[f32; N]> {
    (0..n).map(|_| std::array::from_fn(|_| rng.normal() as f32)).collect()
}

/// `n` of ten classes.
fn classes(n: usize, rng: &mut Rng) -> Vec<u16> {
    (0..n).map(|_| rng.below(10) as u16).collect()
}

/// `n` samples of normally distributed numbers, of random classes from 0 to 9.
fn labelled<const N: usize>(n: usize) -> (Vec<[f32; N]>, Vec<u16>) {
    let mut rng = data_rng();
    (normal(n, &mut rng), classes(n, &mut rng))
}

/// The inference of one sample.
fn infer<N: Network<Scalar = f32, In = Vals<IN>> + 'static, const IN: usize>() -> Step {
    let mut model = Model::<N>::boxed(SEED);
    let x = normal::<IN>(1, &mut data_rng())[0];
    step(move || {
        black_box(model.predict(black_box(&x)));
    })
}

/// The inference of one sample by the twin in integers, from floats to floats.
fn infer_int8<N, F, const X: usize, const Y: usize>() -> Step
where
    N: Network<Scalar = f32> + Fold<Folded = F>,
    F: QuantizeNetwork<X, Y> + 'static,
{
    let inputs = normal::<X>(100, &mut data_rng());
    let mut calibration = Calibration::boxed(&*N::boxed(SEED));
    inputs.iter().for_each(|x| calibration.observe(x));
    let mut int8 = place::zeroed_box::<F::Int8>();
    calibration.quantize(&mut int8, Method::MinMax).expect("inputs were seen");
    let (mut memory, mut y) = (place::zeroed_box(), [0.0; Y]);
    step(move || {
        int8.predict(black_box(&inputs[0]), &mut y, &mut memory);
        black_box(&y);
    })
}

/// Training steps on one batch.
fn steps<N, L, O, D, const B: usize>(mut trainer: Trainer<N, L, O, B>, batch: D) -> Step
where
    N: Network + 'static,
    L: Loss<N::Scalar, N::Out> + 'static,
    O: Optimizer + 'static,
    D: Dataset<N::Scalar, N::In, TargetOf<N, L>> + 'static,
{
    step(move || {
        black_box(trainer.step(black_box(&batch)).expect("synthetic data train"));
    })
}

/// Losses at the start, and after 50, 100, 150 and 200 steps on one batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Losses([f64; 5]);

impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Losses([start, a, b, c, end]) = self;
        write!(f, "loss {start:.4}, after 50 steps each {a:.4}, {b:.4}, {c:.4}, {end:.4}")
    }
}

impl Losses {
    /// Trains for 200 steps on one batch.
    fn of<N, L, O, D, const B: usize>(mut trainer: Trainer<N, L, O, B>, batch: &D) -> Result<Losses, String>
    where
        N: Network,
        L: Loss<N::Scalar, N::Out>,
        O: Optimizer,
        D: Dataset<N::Scalar, N::In, TargetOf<N, L>>,
    {
        let mut losses = [0.0; 5];
        for step in 0..=200 {
            let report = trainer.step(batch).map_err(|error| error.to_string())?;
            if step % 50 == 0 {
                losses[step / 50] = report.loss;
            }
        }
        Losses(losses).falling()
    }

    /// Whether the loss falls, by a twentieth at the least, until nothing is left of it.
    fn falling(self) -> Result<Losses, String> {
        let nothing = 1e-6 * self.0[0];
        let falls = self.0.is_sorted_by(|before, after| after < before || *after < nothing);
        if falls && self.0[4] < 0.95 * self.0[0] { Ok(self) } else { Err(self.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use dl::Stream;

    use super::*;

    #[test]
    fn the_work_of_a_row_is_that_of_its_network() {
        let work = |w: &Workload| {
            w.rows.iter().map(|row| (row.work.flops, row.work.weight_bytes)).collect::<Vec<_>>()
        };
        assert_eq!(work(&mlp::INFER), [(218_368, 436_736)]);
        assert_eq!(work(&mlp::TRAIN), [(14_540_800, 0), (116_326_400, 0)]);
        assert_eq!(work(&lenet::INFER), [(563_280, 176_760)]);
        assert_eq!(work(&lenet::TRAIN), [(48_545_280, 0), (145_635_840, 0), (776_724_480, 0)]);
        assert_eq!(work(&kws::INFER), [(5_313_536, 88_064)]);
        assert_eq!(work(&kws::INFER_INT8), [(5_313_536, 22_016)]);
        assert_eq!(work(&resnet8::INFER), [(25_003_264, 309_440)]);
        assert_eq!(work(&autoencoder::INFER), [(528_384, 1_056_768)]);
        assert_eq!(work(&tiny::INFER), [(576, 1152)]);
        assert_eq!(work(&tiny::TRAIN), [(1760, 0), (28_160, 0)]);
        assert_eq!(work(&charlstm::TRAIN), [(16 * 64 * 3 * 2 * (512 * 128 + 128 * 65), 0)]);
        let gpt = 2 * 64 * (64 * 192 + 64 * 64 + 2 * 64 * 256 + 65 * 64) + 64 * 64 * 65;
        assert_eq!(work(&gpt::TRAIN), [(16 * 3 * 2 * gpt, 0)]);
        for (infer, macs) in [
            (&mlp::INFER, mlp::Mlp::MACS),
            (&lenet::INFER, lenet::LeNet::MACS),
            (&kws::INFER, kws::DsCnn::MACS),
            (&resnet8::INFER, resnet8::ResNet8::MACS),
            (&autoencoder::INFER, autoencoder::Autoencoder::MACS),
            (&tiny::INFER, tiny::TinyRelu::MACS),
            (&stream::LSTM8, <stream::Lstm8 as Stream<f32, _, _>>::STEP_MACS),
            (&stream::GRU64, <stream::Gru64 as Stream<f32, _, _>>::STEP_MACS),
        ] {
            assert_eq!(infer.rows[0].work.flops, 2 * macs, "{}", infer.name);
        }
    }

    #[test]
    fn only_a_loss_that_falls_all_the_way_is_learning() {
        assert!(Losses([1.0, 0.8, 0.6, 0.4, 0.2]).falling().is_ok());
        assert!(Losses([1.0, 0.8, 1e-9, 0.0, 1e-8]).falling().is_ok());
        assert!(Losses([1.0, 0.8, 0.9, 0.4, 0.2]).falling().is_err());
        assert!(Losses([1.0, 0.99, 0.98, 0.97, 0.96]).falling().is_err());
        assert!(Losses([1.0, 0.8, f64::NAN, 0.4, 0.2]).falling().is_err());
        assert!(Losses([1.0, 1.0, 1.0, 1.0, 1.0]).falling().is_err());
    }
}
