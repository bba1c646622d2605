//! The trainer on networks that the macro wrote: it learns, allocates nothing once it is made, and is small.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use dl::loss::{CrossEntropy, Mse};
use dl::optim::{Adam, Sgd};
use dl::train::{Clip, EarlyStopping, Fit, History, Memory, Model, ModelMemory, train_bytes};
use dl::{Blank, network, params};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: all calls go to the system's allocator as they are.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that ends may have lost its counter.
        let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[network(input = [2])]
struct Spiral {
    fc1: Dense<16>,
    act1: Tanh,
    fc2: Dense<16>,
    act2: Relu,
    head: Dense<2>,
}

#[network(input = [784])]
struct Wide {
    fc1: Dense<512>,
    act: Relu,
    head: Dense<10>,
}

const N: usize = 90;

/// Two arms of a spiral.
fn spiral() -> ([[f32; 2]; N], [u16; N]) {
    let class = core::array::from_fn(|i| (i % 2) as u16);
    let point = |i: usize| {
        let (r, turn) = (i as f32 / N as f32, i as f32 / 15.0 + (i % 2) as f32 * core::f32::consts::PI);
        [r * turn.cos(), r * turn.sin()]
    };
    (core::array::from_fn(point), class)
}

type SpiralAt<const B: usize> = dl::train::Trainer<Spiral, CrossEntropy, Adam, B>;

#[test]
fn two_arms_of_a_spiral_are_told_apart() {
    let (x, class) = spiral();
    let mut trainer =
        SpiralTrainer::<CrossEntropy, Adam>::boxed_with(CrossEntropy::new(), Adam::new(0.02), 0);
    let mut history = History::<200>::new();
    let report = trainer.fit(&(x, class), (), Fit::new(200, 20), &mut history).unwrap();
    assert!(report.last.unwrap().train_loss < 0.1, "{report:?}");
    let mut right = 0;
    trainer.predict_each(&x, |i, y| right += usize::from((y[1] > y[0]) == (class[i] == 1))).unwrap();
    assert!(right >= N - 2, "{right} of {N}");
    let p = *trainer.predict_proba(&x[7]);
    assert!((p[0] + p[1] - 1.0).abs() < 1e-6 && p[1] > 0.5, "{p:?}");
}

#[test]
fn training_and_evaluation_allocate_nothing() {
    let data = spiral();
    let mut trainer = SpiralAt::<8>::boxed_with(CrossEntropy::new(), Adam::new(0.01), 0);
    let best = dl::train::Best::boxed();
    let mut model = Model::<Spiral>::boxed(0);
    let before = ALLOCATIONS.get();
    assert!(before >= 3, "the boxes above were counted");
    let fit = Fit { clip: Some(Clip::Norm(1.0)), ..Fit::new(3, 30) };
    let callbacks = (EarlyStopping::new(2).restore_best(best), History::<3>::new());
    let report = trainer.fit(&data, &data, fit, callbacks).unwrap();
    trainer.evaluate(&data, &mut ()).unwrap();
    params::copy(model.net_mut(), trainer.net());
    let scores = [model.predict(&data.0[0])[0], trainer.predict(&data.0[0])[0]];
    assert_eq!(ALLOCATIONS.get() - before, 0, "allocations in {} steps", report.steps);
    assert_eq!(scores[0], scores[1]);
}

#[test]
fn a_run_is_the_same_bits_with_the_same_seed() {
    let run = |seed| {
        let mut trainer = SpiralAt::<8>::boxed_with(CrossEntropy::new(), Adam::new(0.01), seed);
        trainer.fit(&spiral(), (), Fit::new(3, 20), ()).unwrap();
        let mut bits = Vec::new();
        dl::Params::visit(trainer.net(), params::Path::ROOT, &mut |_, p| {
            bits.extend(p.values.iter().map(|v: &f32| v.to_bits()));
        });
        bits
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn large_networks_never_stand_on_the_stack() {
    // Weights, gradient and two moments are 6.5 MB; a test thread has 2 MiB.
    let mut trainer = WideTrainer::<CrossEntropy, Adam, 2>::boxed(0);
    let x: Vec<[f32; 784]> = (0..4).map(|i| core::array::from_fn(|j| ((i * j) % 7) as f32 / 7.0)).collect();
    let classes = vec![0_u16, 1, 2, 3];
    let (first, last) = trainer.overfit_one_batch(&(&x, &classes), 4, 5).unwrap();
    assert!(last < first / 2.0, "loss {first} before, {last} after");
    let stopping = EarlyStopping::new(1).restore_best(dl::train::Best::boxed());
    trainer.fit(&(&x, &classes), (), Fit::new(1, 4), stopping).unwrap();
}

#[test]
fn a_static_can_hold_all_memory_and_its_size_is_known() {
    static MEMORY: std::sync::Mutex<Memory<Spiral, Mse, Sgd, 2>> = std::sync::Mutex::new(Memory::ZERO);
    static MODEL: std::sync::Mutex<ModelMemory<Spiral, 1>> = std::sync::Mutex::new(ModelMemory::ZERO);
    let memory = Box::leak(Box::new(MEMORY.lock().unwrap()));
    let mut trainer = dl::train::Trainer::in_place(memory, Mse, Sgd::new(0.1), 0);
    let model = Box::leak(Box::new(MODEL.lock().unwrap()));
    let mut model = Model::in_place(model, 0);
    assert_eq!(model.predict(&[0.5, 0.25]), trainer.predict(&[0.5, 0.25]));
    const BYTES: usize = train_bytes::<Spiral, Sgd, 2>();
    // Weights and gradient; tape and scratch are the macro's, output and its gradient 2 numbers a sample.
    assert!((2 * Spiral::PARAM_BYTES + 2 * 2 * 2 * 4..3 * Spiral::PARAM_BYTES).contains(&BYTES), "{BYTES}");
    let chunk = 2 * (2 + 2) * 4 + 2 * 2;
    let line = align_of::<Memory<Spiral, Mse, Sgd, 2>>();
    let whole = |bytes: usize| bytes.next_multiple_of(line);
    // network and gradient; tape and scratch; output and its gradient; what else the chunk has, and the loss's share
    let parts = [
        2 * whole(Spiral::PARAM_BYTES),
        whole(size_of::<SpiralTape<f32, 2>>()) + whole(size_of::<SpiralWork<f32, 2>>()),
        2 * whole(2 * 2 * 4),
        whole(chunk),
    ];
    assert_eq!(dl::train::Trainer::<Spiral, Mse, Sgd, 2>::BYTES, parts.iter().sum::<usize>());
}
