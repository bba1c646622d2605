//! After set-up nothing allocates: not a training step with any loss and optimizer, not inference, not a whole `fit`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use dl::loss::{
    BinaryCrossEntropy, CrossEntropy, Hinge, Huber, KlDiv, Loss, Mae, Mse, MultiMargin, Nll, SoftCrossEntropy,
};
use dl::metrics::Accuracy;
use dl::optim::schedule::CosineLr;
use dl::optim::{Adagrad, Adam, AdamW, Ema, RmsProp, Sgd, SgdMomentum};
use dl::train::{
    Averaging, Best, Clip, Dataset, EarlyStopping, Fit, History, Memory, Model, TargetOf, Trainer, Update,
    Valid,
};
use dl::{Blank, Network, Optimizer, Rng, Tokens, Vals, network};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which counts the calls of this thread.
struct Counting;

// SAFETY: all calls go to the system's allocator as they are.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.realloc(at, layout, size) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn count() {
    // A thread that ends may have lost its counter.
    let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
}

/// How often `run` allocates.
fn allocations<A>(run: impl FnOnce() -> A) -> (usize, A) {
    let before = ALLOCATIONS.get();
    let result = run();
    (ALLOCATIONS.get() - before, result)
}

#[network(input = [5])]
struct Inner {
    up: Dense<6>,
    act: Gelu,
    down: Dense<5>,
}

#[network(input = [2, 4])]
struct Net {
    each: Dense<5>,
    slope: PRelu<5>,
    soft: Softmax,
    #[frozen]
    mix: Dense<5, NoBias>,
    act: Relu,
    flat: Flatten,
    narrow: Dense<5>,
    blocks: [self::Inner; 2],
    drop: Dropout<0.1>,
    #[group(head)]
    head: Dense<3>,
    log: LogSoftmax,
}

const N: usize = 11;

fn inputs() -> [[f32; 8]; N] {
    core::array::from_fn(|i| core::array::from_fn(|j| ((i * 8 + j * 3) % 7) as f32 / 7.0 - 0.4))
}

const CLASSES: [u16; N] = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1];
const VALUES: [[f32; 3]; N] = [[0.2, 0.5, 0.3]; N];
const SIGNS: [[f32; 3]; N] = [[1.0, -1.0, 1.0]; N];

/// Ten steps of three chunks (the last one not full) and of one chunk, with every kind of limit on the gradient.
fn steps<L, O, D>(loss: L, optimizer: O, data: &D)
where
    L: Loss<f32, Vals<3>>,
    O: Optimizer,
    D: Dataset<f32, <Net as Network>::In, TargetOf<Net, L>>,
{
    let name = core::any::type_name::<(L, O)>();
    let (at_start, mut trainer) = allocations(|| Trainer::<Net, L, O, 4>::boxed_with(loss, optimizer, 0));
    assert_eq!(at_start, 1, "{name}: one box holds everything");
    for clip in [None, Some(Clip::Value(0.5)), Some(Clip::Norm(0.5))] {
        let update = Update { clip, ..Update::default() };
        let (n, last) = allocations(|| (0..10).map(|_| trainer.step_with(data, &update).unwrap()).last());
        assert_eq!(n, 0, "{name}, {clip:?}: allocations in ten steps");
        assert!(last.is_some_and(|step| step.samples == N && step.loss.is_finite()), "{name}: {last:?}");
    }
    let (n, loss) = allocations(|| trainer.evaluate(data, &mut ()).unwrap());
    assert_eq!(n, 0, "{name}: allocations to evaluate");
    assert!(loss.is_finite());
}

/// Ten steps with every optimizer.
macro_rules! with_all_optimizers {
    ($($loss:expr => $targets:expr),* $(,)?) => { $(
        let data = (inputs(), $targets);
        steps($loss, Sgd { weight_decay: 0.01, ..Sgd::new(0.01) }, &data);
        steps($loss, SgdMomentum { nesterov: true, ..SgdMomentum::new(0.01, 0.9) }, &data);
        steps($loss, RmsProp::new(0.01), &data);
        steps($loss, Adagrad::new(0.01), &data);
        steps($loss, Adam::new(0.01), &data);
        steps($loss, AdamW::new(0.01), &data);
    )* };
}

#[test]
fn ten_training_steps_allocate_nothing_with_any_loss_and_optimizer() {
    with_all_optimizers! {
        CrossEntropy::new() => CLASSES,
        CrossEntropy { label_smoothing: 0.1, ignore_index: Some(1), ..CrossEntropy::new() } => CLASSES,
        CrossEntropy::new().weighted([1.0, 2.0, 3.0]) => CLASSES,
        SoftCrossEntropy::new() => VALUES,
        BinaryCrossEntropy::default() => VALUES,
        Nll::new() => CLASSES,
        KlDiv => VALUES,
        Mse => VALUES,
        Mae => VALUES,
        Huber::new() => VALUES,
        Hinge => SIGNS,
        MultiMargin::new() => CLASSES,
        |y: &[f32], t: &[f32], dy: &mut [f32]| {
            dy.copy_from_slice(t);
            y.iter().zip(t).map(|(y, t)| y * t).sum::<f32>()
        } => VALUES,
    }
}

#[test]
fn whole_epochs_with_callbacks_schedule_and_validation_allocate_nothing() {
    let (train, valid) = ((inputs(), CLASSES), (inputs(), CLASSES));
    let mut trainer = Trainer::<Net, CrossEntropy, Adam, 4>::boxed(0);
    let callbacks = (
        EarlyStopping::new(9).restore_best(Best::boxed()),
        (Averaging::boxed(Ema::new()), History::<3>::new()),
    );
    let mut schedule = CosineLr::new();
    let fit = Fit { clip: Some(Clip::Norm(1.0)), schedule: Some(&mut schedule), ..Fit::new(3, 5) };
    let mut accuracy = Accuracy::new();
    let valid = Valid { data: &valid, metric: &mut accuracy };
    let (n, report) = allocations(|| trainer.fit(&train, valid, fit, callbacks).unwrap());
    assert_eq!((report.epochs, report.steps), (3, 9));
    assert_eq!(n, 0, "allocations in three epochs");
}

thread_local! {
    /// What this thread had allocated when it last read a sample of [`Watched`].
    static SEEN: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Data that take so long to read that threads share the work, and that count what the threads which read them
/// allocate between two samples.
struct Watched(AtomicUsize);

impl Dataset<f32, <Net as Network>::In, Tokens<1>> for Watched {
    type Error = Infallible;

    fn len(&self) -> usize {
        N
    }
    fn get(&self, i: usize, _: Rng, x: &mut [f32; 8], y: &mut [u16; 1]) -> Result<(), Infallible> {
        let now = ALLOCATIONS.get();
        self.0.fetch_add(now - SEEN.replace(Some(now)).unwrap_or(now), SeqCst);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_micros(20) {}
        (*x, *y) = (inputs()[i], [CLASSES[i]]);
        Ok(())
    }
}

#[test]
fn steps_on_two_threads_allocate_nothing_on_either() {
    let data = Watched(AtomicUsize::new(0));
    let mut trainer = Trainer::<Net, CrossEntropy, Adam, 4>::boxed(0);
    let (n, ()) = allocations(|| trainer.set_threads(2));
    assert!(n >= 1, "a box for the other lane, and the pool's threads if this is their first use");
    SEEN.set(None);
    let (n, last) = allocations(|| (0..50).map(|_| trainer.step(&data).unwrap()).last());
    assert_eq!(n, 0, "allocations in fifty steps");
    assert!(last.is_some_and(|step| step.samples == N && step.loss.is_finite()), "{last:?}");
    let (n, _) = allocations(|| trainer.evaluate(&data, &mut Accuracy::new()).unwrap());
    assert_eq!(n, 0, "allocations to evaluate");
    assert_eq!(data.0.into_inner(), 0, "allocations between two samples, on all threads");
}

#[network(input = [u16; 6])]
struct Words {
    embed: Embedding<5, 3, PaddingIdx<0>>,
    both: Lstm<4, Bidirectional>,
    gru: Gru<3>,
    last: Rnn<4, Last>,
    head: Dense<3>,
}

#[test]
fn recurrences_over_tokens_allocate_nothing() {
    let data = (
        core::array::from_fn::<[u16; 6], N, _>(|i| core::array::from_fn(|t| ((i + 3 * t) % 5) as u16)),
        CLASSES,
    );
    let mut trainer = Trainer::<Words, CrossEntropy, Adam, 4>::boxed(0);
    let (n, last) = allocations(|| (0..10).map(|_| trainer.step(&data).unwrap()).last());
    assert_eq!(n, 0, "allocations in ten steps");
    assert!(last.is_some_and(|step| step.samples == N && step.loss.is_finite()), "{last:?}");
    let (n, y) = allocations(|| *trainer.predict(&data.0[0]));
    assert!(n == 0 && y != [0.0; 3], "{n} allocations to infer {y:?}");
}

#[test]
fn inference_allocates_nothing() {
    let x = inputs();
    let mut trainer = Trainer::<Net, CrossEntropy, Adam, 4>::boxed(0);
    let mut model = Model::<Net>::boxed(0);
    let (n, (trained, copied)) = allocations(|| {
        dl::params::copy(model.net_mut(), trainer.net());
        let (mut trained, mut copied) = ([[0.0; 3]; N + 2], [[0.0; 3]; N + 2]);
        trainer.predict_each(&x, |i, y| trained[i] = *y).unwrap();
        model.predict_each(&x, |i, y| copied[i] = *y).unwrap();
        (trained[N], copied[N]) = (*trainer.predict(&x[0]), *model.predict(&x[0]));
        (trained[N + 1], copied[N + 1]) = (*trainer.predict_proba(&x[0]), *model.predict_proba(&x[0]));
        (trained, copied)
    });
    assert_eq!(n, 0, "allocations to infer");
    for (trained, copied) in trained.iter().flatten().zip(copied.iter().flatten()) {
        assert!((trained - copied).abs() < 1e-6, "{trained} in a chunk, {copied} alone");
    }
    assert!(trained.iter().all(|y| *y != [0.0; 3]));
}

#[test]
fn a_trainer_in_lent_memory_allocates_nothing_at_all() {
    let memory: &'static mut Memory<Net, Mse, Sgd, 4> = Box::leak(Box::new(Memory::ZERO));
    let data = (inputs(), VALUES);
    let (n, report) = allocations(|| {
        let mut trainer = Trainer::in_place(memory, Mse, Sgd::new(0.1), 0);
        trainer.step(&data).unwrap()
    });
    assert_eq!((n, report.samples), (0, N));
}

#[test]
fn the_counter_counts() {
    let (n, kept) = allocations(|| {
        let mut grown = vec![1_u8; 10];
        grown.reserve(1000);
        (grown, Box::new([0_u8; 64]), vec![0_u64; 100])
    });
    assert_eq!(n, 4);
    drop(kept);
}
