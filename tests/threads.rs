//! Training on several threads: the number of lanes decides the bits, the number of threads only the time.
#![forbid(unsafe_code)]

/// A layer that leaves statistics for `settle`, which must see the chunks in order.
#[path = "custom_layer/elsewhere/batch_norm.rs"]
mod batch_norm;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use dl::loss::CrossEntropy;
use dl::metrics::Accuracy;
use dl::optim::{Adagrad, Adam, AdamW, RmsProp, Sgd, SgdMomentum};
use dl::params::Path;
use dl::train::{Clip, Dataset, Fit, FitError, SliceError, Trainer, Update, Valid};
use dl::{Optimizer, Params, Rng, Tokens, Vals, network};

/// `fc1` has enough numbers for its gradients to be added, and its weights to be updated, on several threads.
#[network(input = [140])]
struct Net {
    fc1: Dense<150>,
    norm: self::batch_norm::BatchNorm<150>,
    act1: Relu,
    drop: Dropout<0.3>,
    fc2: Dense<9>,
    act2: Tanh,
    head: Dense<4>,
}

/// Seven chunks, the last of two samples.
const N: usize = 26;
const CHUNK: usize = 4;

type Data = (Vec<[f32; 140]>, Vec<u16>);
type Tested<O> = Trainer<Net, CrossEntropy, O, CHUNK>;

fn data() -> Data {
    let mut rng = Rng::new(7);
    let x = (0..N).map(|_| core::array::from_fn(|_| rng.normal() as f32)).collect();
    (x, (0..N).map(|i| (i % 4) as u16).collect())
}

/// Data that take so long to read that a chunk is worth a thread, and notes who read them.
#[derive(Default)]
struct Slow {
    data: Data,
    readers: Mutex<HashSet<ThreadId>>,
    /// A sample that cannot be read, and one at which reading panics.
    broken: Option<usize>,
    explosive: Option<usize>,
}

impl Slow {
    fn new() -> Self {
        Slow { data: data(), ..Slow::default() }
    }

    fn readers(&self) -> usize {
        self.readers.lock().unwrap().len()
    }
}

impl Dataset<f32, Vals<140>, Tokens<1>> for Slow {
    type Error = SliceError;

    fn len(&self) -> usize {
        N
    }
    fn get(&self, i: usize, rng: Rng, x: &mut [f32; 140], y: &mut [u16; 1]) -> Result<(), SliceError> {
        let begun = Instant::now();
        self.readers.lock().unwrap().insert(thread::current().id());
        while begun.elapsed() < Duration::from_micros(20) {
            core::hint::spin_loop();
        }
        assert_ne!(self.explosive, Some(i), "boom");
        match self.broken {
            Some(broken) if broken == i => Err(SliceError::OutOfRange { index: i, len: i }),
            _ => self.data.get(i, rng, x, y),
        }
    }
    fn target(&self, i: usize, rng: Rng, y: &mut [u16; 1]) -> Result<bool, SliceError> {
        Dataset::<f32, Vals<140>, Tokens<1>>::target(&self.data, i, rng, y)
    }
}

fn trainer<O: Optimizer>(optimizer: O, lanes: usize, threads: usize) -> Tested<O> {
    let mut trainer = Tested::boxed_with(CrossEntropy::new(), optimizer, 3);
    trainer.set_lanes(lanes, threads);
    trainer
}

/// All weights, and the statistics that `settle` keeps.
fn numbers(net: &Net) -> Vec<f32> {
    let mut all = Vec::new();
    net.visit(Path::ROOT, &mut |_, param| all.extend_from_slice(param.values));
    all
}

/// Losses and weights of six steps.
fn run<O: Optimizer>(optimizer: O, lanes: usize, threads: usize, data: &Slow) -> (Vec<f64>, Vec<f32>) {
    let mut trainer = trainer(optimizer, lanes, threads);
    let update = Update { clip: Some(Clip::Norm(2.0)), ..Update::default() };
    let losses = (0..6).map(|_| trainer.step_with(data, &update).unwrap().loss).collect();
    (losses, numbers(trainer.net()))
}

#[test]
fn one_two_and_four_threads_give_the_same_bits() {
    let data = Slow::new();
    for lanes in 1..=4 {
        let (losses, net) = run(Sgd::new(0.1), lanes, 1, &data);
        assert!(losses[5] < losses[0], "it learns: {losses:?}");
        for threads in [2, 4] {
            for repetition in 0..3 {
                let (again, other) = run(Sgd::new(0.1), lanes, threads, &data);
                assert_eq!(again, losses, "{lanes} lanes, {threads} threads, repetition {repetition}");
                assert_eq!(other, net, "{lanes} lanes, {threads} threads, repetition {repetition}");
            }
        }
    }
}

#[test]
fn threads_share_the_work_where_there_are_any() {
    let data = Slow::new();
    let mut trainer = trainer(Sgd::new(0.1), 2, 2);
    let (begun, processors) = (Instant::now(), thread::available_parallelism().map_or(1, |n| n.get()));
    // On a busy machine the other thread may come too late for many steps.
    while data.readers() < processors.min(2) && begun.elapsed() < Duration::from_secs(60) {
        trainer.step(&data).unwrap();
    }
    assert_eq!(data.readers(), processors.min(2), "threads that read data, with {processors} processors");
}

#[test]
fn every_optimizer_gives_the_same_bits_on_two_threads() {
    let data = Slow::new();
    fn check<O: Optimizer>(optimizer: impl Fn() -> O, data: &Slow) {
        let name = core::any::type_name::<O>();
        assert_eq!(run(optimizer(), 2, 2, data), run(optimizer(), 2, 1, data), "{name}");
    }
    check(|| SgdMomentum::new(0.01, 0.9), &data);
    check(|| RmsProp::new(0.001), &data);
    check(|| Adagrad::new(0.01), &data);
    check(|| Adam::new(0.001), &data);
    check(|| AdamW::new(0.001), &data);
}

#[test]
fn lanes_change_the_gradient_by_rounding_alone_and_statistics_not_at_all() {
    let data = data();
    let mut one = trainer(Sgd::new(0.1), 1, 1);
    let report = one.step(&data).unwrap();
    let gradient = |trainer: &Tested<Sgd>| {
        let grad = trainer.grad();
        [grad.fc1.weight.as_slice(), grad.fc1.bias.as_slice(), grad.head.weight.as_slice()].concat()
    };
    for lanes in 2..=9 {
        let mut other = trainer(Sgd::new(0.1), lanes, 2);
        assert_eq!(other.step(&data).unwrap(), report, "{lanes} lanes");
        for (i, (a, b)) in gradient(&one).iter().zip(gradient(&other)).enumerate() {
            assert!((a - b).abs() <= 1e-6 * (1.0 + a.abs()), "{lanes} lanes, number {i}: {a} and {b}");
        }
        assert_eq!(other.net().norm.running_mean, one.net().norm.running_mean, "{lanes} lanes");
        assert_eq!(other.net().norm.running_var, one.net().norm.running_var, "{lanes} lanes");
    }
}

#[test]
fn parts_of_whole_chunks_make_the_same_step_as_the_whole() {
    let (x, y) = data();
    let mut whole = trainer(Sgd::new(0.1), 3, 2);
    let report = whole.step(&(&x, &y)).unwrap();
    let mut parts = trainer(Sgd::new(0.1), 3, 2);
    let mut step = parts.begin(N as f64);
    for part in [0..4, 4..12, 12..12, 12..N] {
        step.accumulate(&(&x[part.clone()], &y[part])).unwrap();
    }
    assert_eq!(step.apply(), Ok(report));
    assert_eq!(numbers(parts.net()), numbers(whole.net()));
}

#[test]
fn evaluation_gives_the_same_bits_whatever_the_lanes_and_threads() {
    let data = Slow::new();
    let evaluated = |lanes, threads| {
        let (mut trainer, mut accuracy) = (trainer(Sgd::new(0.1), lanes, threads), Accuracy::new());
        let losses = [0; 3].map(|_| trainer.evaluate(&data, &mut accuracy).unwrap());
        (losses, accuracy.right, accuracy.seen)
    };
    let expected = evaluated(1, 1);
    assert_eq!((expected.0, expected.2), ([expected.0[0]; 3], N as u64));
    for (lanes, threads) in [(2, 1), (2, 2), (3, 2), (4, 4), (9, 2)] {
        assert_eq!(evaluated(lanes, threads), expected, "{lanes} lanes, {threads} threads");
    }
}

#[test]
fn a_whole_training_repeats_with_shuffled_data_and_validation() {
    let (train, valid) = (Slow::new(), Slow::new());
    let run = |threads| {
        let (mut trainer, mut accuracy) = (trainer(Adam::new(0.01), 3, threads), Accuracy::new());
        let valid = Valid { data: &valid, metric: &mut accuracy };
        let report = trainer.fit(&train, valid, Fit::new(3, 14), ()).unwrap();
        (report.last, numbers(trainer.net()))
    };
    assert_eq!(run(2), run(1));
}

#[test]
fn the_first_error_counts_and_the_weights_stay() {
    // NaN in chunk 1, a sample that cannot be read in chunk 4: on three lanes in rounds 0 and 1, on seven in one.
    let mut data = Slow { broken: Some(17), ..Slow::new() };
    data.data.0[5][2] = f32::NAN;
    for (lanes, threads) in [(1, 1), (3, 1), (3, 2), (7, 1), (7, 4)] {
        let mut trainer = trainer(Sgd::new(0.1), lanes, threads);
        let good = Slow::new();
        trainer.step(&good).unwrap();
        let trained = |trainer: &Tested<Sgd>| trainer.net().fc1.weight.as_slice().to_vec();
        let before = trained(&trainer);
        for repetition in 0..3 {
            match trainer.step(&data) {
                Err(FitError::NonFinite(place)) => assert_eq!((place.step, place.layer), (2, Some("fc1"))),
                other => panic!("{lanes} lanes, {threads} threads, repetition {repetition}: {other:?}"),
            }
        }
        let unreadable = Slow { broken: Some(17), ..Slow::new() };
        let error = SliceError::OutOfRange { index: 17, len: 17 };
        assert_eq!(trainer.step(&unreadable), Err(FitError::Data { index: 17, error }));
        assert_eq!(trained(&trainer), before, "{lanes} lanes, {threads} threads");
        assert_eq!(trainer.steps(), 1);
        assert_eq!(trainer.step(&good).unwrap().step, 2, "a good step follows");
    }
}

#[test]
fn a_panic_in_the_data_reaches_the_caller_and_training_can_go_on() {
    let (good, bad) = (Slow::new(), Slow { explosive: Some(6), ..Slow::new() });
    let mut trainer = trainer(Sgd::new(0.1), 2, 2);
    trainer.step(&good).unwrap();
    for _ in 0..5 {
        let panic = catch_unwind(AssertUnwindSafe(|| trainer.step(&bad))).unwrap_err();
        assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains("boom")));
    }
    assert_eq!(trainer.step(&good).unwrap().step, 2);
}

#[test]
fn trainers_on_several_threads_share_the_pool() {
    let alone = run(Sgd::new(0.1), 2, 2, &Slow::new());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(run(Sgd::new(0.1), 2, 2, &Slow::new()), alone));
        }
    });
}

#[test]
fn trainers_are_sent_and_shared() {
    fn check<A: Send + Sync>(_: &A) {}
    check(&trainer(Sgd::new(0.1), 2, 2));
}

#[test]
fn nothing_said_is_one_lane_and_zero_counts_as_one() {
    let mut trainer = Tested::<Sgd>::boxed_with(CrossEntropy::new(), Sgd::new(0.1), 0);
    assert_eq!((trainer.lanes(), trainer.threads()), (1, 1));
    trainer.set_threads(3);
    assert_eq!((trainer.lanes(), trainer.threads()), (3, 3));
    let bytes = Tested::<Sgd>::BYTES + 2 * Tested::<Sgd>::LANE_BYTES;
    assert_eq!(format!("{trainer:?}"), format!("Trainer of Net after 0 steps: {bytes} bytes"));
    trainer.set_lanes(0, 0);
    assert_eq!((trainer.lanes(), trainer.threads()), (1, 1));
    assert!(trainer.step(&data()).is_ok());
}
