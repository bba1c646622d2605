//! Nothing large stands on the stack: a network of megabytes is made, trained and asked on a stack of 128 KiB, in debug
//! builds too. A stack that does not suffice ends the test process and names the thread.
#![forbid(unsafe_code)]

use std::sync::Mutex;
use std::thread;

use dl::loss::CrossEntropy;
use dl::optim::Adam;
use dl::train::{Best, EarlyStopping, Fit, Memory, Model, ModelMemory, Trainer};
use dl::{Blank, Network, network};

#[network(input = [784])]
struct Wide {
    fc1: Dense<512>,
    act: Relu,
    head: Dense<10>,
}

/// 25 million parameters, 100 MB.
#[network(input = [5000])]
struct Huge {
    fc: Dense<5000>,
}

/// As above, with layers that are not built in: a nested network and a repeated one.
#[network(input = [784])]
struct Nested {
    first: self::Block,
    drop: Dropout<0.5>,
    blocks: [self::Block; 2],
    head: Dense<10>,
}

#[network(input = [784])]
struct Block {
    up: Dense<300>,
    act: Gelu,
    down: Dense<784>,
}

const SMALL: usize = 128 << 10;
const DEFAULT_OF_RUST: usize = 2 << 20;

/// Runs on a stack of this size.
fn on_stack_of<A: Send + 'static>(bytes: usize, name: &str, run: impl FnOnce() -> A + Send + 'static) -> A {
    let thread = thread::Builder::new().name(format!("{name} on {bytes} bytes")).stack_size(bytes);
    thread.spawn(run).unwrap().join().unwrap()
}

fn data() -> (Vec<[f32; 784]>, Vec<u16>) {
    let x = (0..6).map(|i| core::array::from_fn(|j| ((i * j) % 7) as f32 / 7.0)).collect();
    (x, vec![0, 1, 2, 3, 4, 5])
}

/// What a program does with a network; the trainer's own memory apart, all of it on this thread's stack.
fn train_and_ask<N, const B: usize>(mut trainer: Trainer<N, CrossEntropy, Adam, B>) -> (f64, f64)
where
    N: Network<Scalar = f32, In = dl::Vals<784>, Out = dl::Vals<10>>,
{
    let data = data();
    let first = trainer.step(&data).unwrap().loss;
    let stopping = EarlyStopping::new(1).restore_best(Best::boxed());
    trainer.fit(&data, &data, Fit::new(2, 3), stopping).unwrap();
    let last = trainer.evaluate(&data, &mut ()).unwrap();
    let mut model = Model::<N>::boxed(1);
    dl::params::copy(model.net_mut(), trainer.net());
    assert_eq!(model.predict(&data.0[3]), trainer.predict(&data.0[3]));
    (first, last)
}

#[test]
fn a_network_of_megabytes_trains_on_a_test_threads_stack() {
    let (first, last) =
        on_stack_of(DEFAULT_OF_RUST, "Wide", || train_and_ask(WideTrainer::<CrossEntropy, Adam>::boxed(0)));
    assert!(last < first, "loss {first} before, {last} after");
}

#[test]
fn a_stack_far_smaller_than_the_network_suffices() {
    assert!(size_of::<Wide>() > 12 * SMALL && size_of::<Nested>() > 40 * SMALL);
    on_stack_of(SMALL, "Wide", || train_and_ask(WideTrainer::<CrossEntropy, Adam, 4>::boxed(0)));
    on_stack_of(SMALL, "Nested", || train_and_ask(NestedTrainer::<CrossEntropy, Adam, 4>::boxed(0)));
}

#[test]
fn a_network_of_100_megabytes_is_made_in_a_box() {
    let last = on_stack_of(SMALL, "Huge", || {
        let net = Huge::<f32>::boxed(0);
        assert_eq!(size_of_val(&*net), 4 * (5000 * 5000 + 5000));
        net.fc.weight[(4999, 4999)]
    });
    let bound = 1.0 / 5000_f32.sqrt();
    assert!(last != 0.0 && last.abs() <= bound, "{last} is not a starting value within {bound}");
}

#[test]
fn a_static_holds_a_network_of_megabytes() {
    static MEMORY: Mutex<Memory<Wide, CrossEntropy, Adam, 2>> = Mutex::new(Memory::ZERO);
    static MODEL: Mutex<ModelMemory<Wide, 1>> = Mutex::new(ModelMemory::ZERO);
    let (first, last) = on_stack_of(SMALL, "static", || {
        let memory = Box::leak(Box::new(MEMORY.lock().unwrap()));
        let model = Box::leak(Box::new(MODEL.lock().unwrap()));
        let mut asked = Model::in_place(model, 0);
        let trainer = Trainer::in_place(memory, CrossEntropy::new(), Adam::default(), 0);
        let seen = asked.predict(&[0.5; 784])[0];
        assert!(seen != 0.0 && seen.is_finite());
        train_and_ask(trainer)
    });
    assert!(last < first, "loss {first} before, {last} after");
}
