//! What a network says about its size, against the structs it is made of and against numbers counted by hand.
#![forbid(unsafe_code)]

use core::any::TypeId;
use core::fmt::Write;
use core::mem::offset_of;

use dl::loss::Mse;
use dl::optim::{Adam, Sgd, SgdMomentum};
use dl::train::{Memory, Trainer};
use dl::{Blank, Layer, Network, Params, SMatrix, network};

/// As LeNet's last layers.
#[network(input = [784])]
struct Mlp {
    fc1: Dense<300>,
    act1: Relu,
    fc2: Dense<100>,
    act2: Relu,
    head: Dense<10>,
}

/// One of each kind: in place, from its input, from its output, neither.
#[network(input = [2, 4])]
struct Mixed {
    embed: Dense<6>,
    act1: Tanh,
    second: Sigmoid,
    mix: Dense<3, NoBias>,
    act2: Gelu,
    flat: Flatten,
    drop: Dropout<0.5>,
    head: Dense<5>,
    soft: LogSoftmax,
}

#[network(input = [8])]
struct Thawed {
    body: Dense<16>,
    act: Tanh,
    more: Dense<16>,
    head: Dense<3>,
}

/// The same, all but the head frozen.
#[network(input = [8])]
struct Frozen {
    #[frozen]
    body: Dense<16>,
    act: Tanh,
    #[frozen]
    more: Dense<16>,
    head: Dense<3>,
}

#[network(input = [8])]
struct WithInner {
    inner: self::Thawed,
    #[frozen]
    still: [Dense<3>; 2],
}

const WIDTH: usize = 12;

/// Sizes that only the compiler knows.
#[network(input = [WIDTH])]
struct Consts {
    fc1: Dense<{ WIDTH * 2 }>,
    act1: Relu,
    fc2: Dense<WIDTH>,
    act2: Relu,
    head: Dense<2>,
}

#[network(input = [3])]
struct NothingKept {
    act: Tanh,
}

#[test]
fn parameters_and_multiply_adds_are_those_counted_by_hand() {
    assert_eq!(Mlp::PARAMS, 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10);
    assert_eq!(Mlp::PARAM_BYTES, 4 * 266_610);
    assert_eq!(Mlp::MACS, 784 * 300 + 300 * 100 + 100 * 10);
    assert_eq!(Mixed::PARAMS, (4 * 6 + 6) + 6 * 3 + (6 * 5 + 5));
    assert_eq!(Mixed::MACS, 2 * 4 * 6 + 2 * 6 * 3 + 6 * 5);
    assert_eq!(Frozen::PARAMS, Thawed::PARAMS);
    assert_eq!(WithInner::PARAMS, Thawed::PARAMS + 2 * (3 * 3 + 3));
    assert_eq!(WithInner::MACS, Thawed::MACS + 2 * 3 * 3);
    assert_eq!(Consts::PARAMS, 12 * 24 + 24 + 24 * 12 + 12 + 12 * 2 + 2);
    assert_eq!((NothingKept::PARAMS, NothingKept::MACS), (0, 0));
    assert_eq!(<Mlp<f64> as Params<f64>>::PARAMS, Mlp::PARAMS);
}

#[test]
fn a_network_is_its_parameters_and_nothing_else() {
    assert_eq!(size_of::<Mlp>(), Mlp::PARAM_BYTES);
    assert_eq!(size_of::<Mlp<f64>>(), 2 * Mlp::PARAM_BYTES);
    assert_eq!(size_of::<Mixed>(), Mixed::PARAM_BYTES);
    assert_eq!(size_of::<WithInner>(), WithInner::PARAM_BYTES);
    assert_eq!(size_of::<NothingKept>(), 0);
}

/// Three matrices of 4096 numbers, and two layers between them that do not fill whole cache lines.
#[network(input = [64])]
struct Narrow {
    first: Dense<64>,
    down: Dense<8>,
    up: Dense<64, NoBias>,
    act: PRelu,
    last: Dense<64>,
}

#[test]
fn a_layer_that_would_put_large_ones_askew_comes_after_them() {
    let numbers =
        [offset_of!(Narrow, up), offset_of!(Narrow, last), offset_of!(Narrow, down)].map(|at| at / 4);
    assert_eq!((offset_of!(Narrow, first), numbers), (0, [64 * 65, 64 * 65 + 64 * 8, 2 * 64 * 65 + 64 * 8]));
    assert_eq!(offset_of!(NarrowGrad<f32>, act), offset_of!(Narrow, act));
    assert_eq!(size_of::<Narrow>(), Narrow::PARAM_BYTES);
    assert!(offset_of!(Mixed, mix) < offset_of!(Mixed, head), "small networks lie as they are written");
}

#[test]
fn a_tape_is_what_backward_reads() {
    assert_eq!(size_of::<MlpTape<f32, 7>>(), 7 * 4 * (300 + 100));
    // fc1 by act1; second's output; mix's output, read by act2; drop's output, read by head. The output is not the tape's,
    // and nobody reads what comes out of act2.
    assert_eq!(size_of::<MixedTape<f32, 3>>(), 3 * 4 * (12 + 12 + 6 + 6));
    assert_eq!(size_of::<MixedTape<f64, 1>>(), 8 * (12 + 12 + 6 + 6));
}

#[test]
fn values_take_turns_in_as_few_slots_as_can_be() {
    assert_eq!(size_of::<MlpWork<f32, 5>>(), 5 * 4 * (300 + 100));
    let MlpWork { slot0, slot1 } = &MlpWork::<f32, 2>::ZERO;
    let _: (&SMatrix<f32, 300, 2>, &SMatrix<f32, 100, 2>) = (slot0, slot1);
    // embed 12, second 12, mix 6, act2 6, drop 6, head 5: two at a time
    assert_eq!(size_of::<MixedWork<f32, 1>>(), 4 * (12 + 12));
    assert_eq!(size_of::<ConsWork>(), 4 * (24 + 12));
}

type ConsWork = ConstsWork<f32, 1>;

#[test]
fn bytes_to_infer_are_scratch_memory_and_output() {
    const MLP: usize = Mlp::infer_bytes::<2>();
    assert_eq!(MLP, 2 * 4 * (300 + 100 + 10));
    assert_eq!(Mlp::infer_bytes::<1>(), size_of::<MlpWork<f32, 1>>() + 4 * 10);
    assert_eq!(Mixed::infer_bytes::<1>(), 4 * (12 + 12 + 5));
    assert_eq!(NothingKept::infer_bytes::<1>(), 4 * 3);
}

#[test]
fn bytes_to_train_are_those_of_all_parts() {
    fn parts<O: dl::Optimizer, const B: usize>(moments: usize) {
        let core = size_of::<Mlp>() + (1 + moments) * size_of::<MlpGrad<f32>>();
        let chunk = size_of::<MlpTape<f32, B>>() + size_of::<MlpWork<f32, B>>() + 2 * 4 * 10 * B;
        assert_eq!(Mlp::train_bytes::<O, B>(), core + chunk);
        // inputs, targets, lengths, and the loss's share
        let data = 4 * (784 + 10) * B + (2 * B).next_multiple_of(4) + 4;
        let whole = |bytes: usize| bytes.next_multiple_of(align_of::<Memory<Mlp, Mse, O, B>>());
        let parts = [
            whole(size_of::<Mlp>())
                + whole(size_of::<MlpGrad<f32>>())
                + whole(moments * size_of::<MlpGrad<f32>>()),
            whole(size_of::<MlpTape<f32, B>>()) + whole(size_of::<MlpWork<f32, B>>()),
            2 * whole(4 * 10 * B) + whole(data),
        ];
        assert_eq!(size_of::<Memory<Mlp, Mse, O, B>>(), parts.iter().sum::<usize>());
        assert_eq!(Trainer::<Mlp, Mse, O, B>::BYTES, size_of::<Memory<Mlp, Mse, O, B>>());
    }
    parts::<Sgd, 1>(0);
    parts::<SgdMomentum, 3>(1);
    parts::<Adam, 8>(2);
    const BYTES: usize = Mlp::train_bytes::<Adam, 1>();
    assert_eq!(BYTES, 4 * (4 * 266_610 + 400 + 400 + 20));
}

#[test]
fn what_is_frozen_has_no_gradient_and_no_moments() {
    let head = 16 * 3 + 3;
    assert_eq!(size_of::<FrozenGrad<f32>>(), 4 * head);
    assert_eq!(size_of::<ThawedGrad<f32>>(), Thawed::PARAM_BYTES);
    assert_eq!(size_of::<WithInnerGrad<f32>>(), Thawed::PARAM_BYTES);
    let saved = Thawed::train_bytes::<Adam, 1>() - Frozen::train_bytes::<Adam, 1>();
    assert_eq!(saved, 3 * 4 * (Thawed::PARAMS - head), "gradient and two moments");
    let grad = FrozenGrad::<f32>::ZERO;
    let ((), (), ()) = (grad.body, grad.act, grad.more);
}

#[test]
fn the_chunk_is_the_largest_whose_tape_fits() {
    // 1600 bytes a sample: 64 samples are 100 KB
    assert_eq!(Mlp::CHUNK, 64);
    assert_eq!(Huge::CHUNK, 8);
    assert_eq!(size_of::<HugeTape<f32, 1>>(), 4 * 8000);
    assert_eq!(TypeId::of::<HugeTrainer<Mse, Sgd>>(), TypeId::of::<Trainer<Huge, Mse, Sgd, 8>>());
}

#[network(input = [2])]
struct Huge {
    fc: Dense<8000>,
    act: Relu,
    head: Dense<1>,
}

#[test]
fn every_fields_type_has_a_name() {
    fn same<A: 'static, B: 'static>() -> bool {
        TypeId::of::<A>() == TypeId::of::<B>()
    }
    assert!(same::<MlpFc1, dl::layers::Dense<f32, 784, 300>>());
    assert!(same::<MlpFc1<f64>, dl::layers::Dense<f64, 784, 300>>());
    assert!(same::<MlpAct1, dl::layers::Relu>());
    assert!(same::<MixedMix, dl::layers::Dense<f32, 6, 3, 0>>());
    assert!(same::<WithInnerInner<f64>, Thawed<f64>>());
    assert!(same::<WithInnerStill, [dl::layers::Dense<f32, 3, 3>; 2]>());
    assert!(same::<ConstsFc2, dl::layers::Dense<f32, 24, 12>>());
    fn largest(layer: &MlpHead) -> f32 {
        layer.weight.amax()
    }
    assert_eq!(largest(&Mlp::ZERO.head), 0.0);
}

const TABLE: &str = "\
Mixed: [2, 4] -> [5]
field   layer             output  params  MACs
embed   Dense<6>          [2, 6]      30    48
act1    Tanh              [2, 6]       0     0
second  Sigmoid           [2, 6]       0     0
mix     Dense<3, NoBias>  [2, 3]      18    36
act2    Gelu              [2, 3]       0     0
flat    Flatten           [6]          0     0
drop    Dropout<0.5>      [6]          0     0
head    Dense<5>          [5]         35    30
soft    LogSoftmax        [5]          0     0
total: 83 parameters (332 bytes), 114 multiply-adds, 116 bytes to infer
       1,608 bytes to train by Adam, 280 for each further sample of a chunk";

#[test]
fn the_summary_is_the_table_word_for_word() {
    assert_eq!(Mixed::summary().to_string(), TABLE);
    let mut large = String::new();
    write!(large, "{}", Mlp::summary()).unwrap();
    assert!(large.contains("fc1    Dense<300>  [300]   235,500  235,200\n"), "{large}");
    assert!(large.contains("total: 266,610 parameters (1,066,440 bytes), 266,200 multiply-adds"), "{large}");
    let frozen = Frozen::summary().to_string();
    assert_eq!(frozen.lines().filter(|line| line.ends_with("  frozen")).count(), 2, "{frozen}");
    let double = <Mixed<f64> as Network>::summary().to_string();
    assert!(
        double.contains("83 parameters (664 bytes)") && double.contains("232 bytes to infer"),
        "{double}"
    );
}

#[test]
fn debug_prints_the_summary() {
    assert_eq!(format!("{:?}", *Mixed::<f32>::boxed(0)), TABLE);
    assert_eq!(format!("{:#?}", Mixed::<f32>::ZERO), TABLE);
}

#[test]
fn the_contract_says_the_same_as_the_constants() {
    fn of<N: Network>() -> (usize, usize) {
        (N::PARAMS, <N as Layer<N::Scalar, N::In, N::Out>>::MACS)
    }
    assert_eq!(of::<Mlp<f64>>(), (Mlp::PARAMS, Mlp::MACS));
    assert_eq!(of::<WithInner>(), (WithInner::PARAMS, WithInner::MACS));
}
