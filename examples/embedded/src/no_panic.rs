//! What a device calls again and again, each in a function of its own: `.ci/no-panic.py` shows that none can reach a panic.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::{end, entry};
use dl::Blank;
use dl::prelude::*;
use dl::quant::{Int8Layer, Int8Memory};
use dl::train::{FusedMemory, Memory, Padded, StreamMemory, StreamModel};
use static_cell::ConstStaticCell;

#[network(input = [64])]
struct Net {
    fc1: Dense<32>,
    act1: Relu,
    norm: LayerNorm,
    drop: Dropout<0.2>,
    fc2: Dense<16>,
    act2: Tanh,
    head: Dense<10>,
}

#[network(input = [20, 6], stream)]
struct Sensor {
    gru: Gru<12>,
    norm: RmsNorm,
    head: Dense<3>,
}

#[network(input = [64], fused_sgd)]
struct Small {
    fc1: Dense<32>,
    act1: Relu,
    drop: Dropout<0.2>,
    head: Dense<10>,
}

#[network(input = [2, 12, 12])]
struct Image {
    conv1: Conv2d<4, 3, Stride<2>, Pad<1>>,
    act1: Relu,
    pool: MaxPool2d<2>,
    depth: Depthwise2d<3, Pad<1>>,
    act2: Relu,
    conv2: Conv2d<6, 1>,
    mean: GlobalAvgPool,
    head: Dense<3>,
}

#[network(input = [9, 5])]
struct Gesture {
    lstm: Lstm<12, Last>,
    head: Dense<4>,
}

#[network(input = [u16; 7])]
struct Tags {
    embed: Embedding<11, 4>,
    gru: Gru<6, Bidirectional>,
    norm: LayerNorm,
    rnn: Rnn<5>,
    head: Dense<3>,
}

#[network(input = [24, 3])]
struct Motion {
    conv1: Conv1d<6, 5, Stride<2>, Pad<2>>,
    act1: Relu,
    conv2: Conv1d<8, 3>,
    act2: Relu,
    mean: GlobalAvgPool,
    head: Dense<4>,
}

#[network(input = [8, 12], stream)]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
struct Block {
    norm1: LayerNorm,
    attn: SelfAttention<3, Causal>,
    norm2: LayerNorm,
    up: Dense<24>,
    gelu: Gelu,
    down: Dense<12>,
}

#[network(input = [u16; 8], stream)]
struct Gpt {
    embed: Embedding<11, 12>,
    pos: Position,
    blocks: [Block; 2],
    norm: LayerNorm,
    head: Dense<11>,
}

#[network(input = [2, 7, 6], int8)]
struct Seen {
    conv: Conv2d<8, 3, Pad<Same>, Stride<2>>,
    act1: Relu,
    dw: Depthwise2d<3, Pad<1>>,
    act2: Relu,
    pool: GlobalAvgPool,
    head: Dense<5>,
}

static NET: ConstStaticCell<Memory<Net, CrossEntropy, Sgd, 1>> = ConstStaticCell::new(Blank::ZERO);
static SMALL: ConstStaticCell<FusedMemory<Small, CrossEntropy>> = ConstStaticCell::new(Blank::ZERO);
static IMAGE: ConstStaticCell<Memory<Image, CrossEntropy, Sgd, 1>> = ConstStaticCell::new(Blank::ZERO);
static GESTURE: ConstStaticCell<Memory<Gesture, CrossEntropy, Sgd, 1>> = ConstStaticCell::new(Blank::ZERO);
static TAGS: ConstStaticCell<Memory<Tags, CrossEntropy<7>, Adam, 2>> = ConstStaticCell::new(Blank::ZERO);
static MOTION: ConstStaticCell<Memory<Motion, CrossEntropy, Sgd, 2>> = ConstStaticCell::new(Blank::ZERO);
static GPT: ConstStaticCell<Memory<Gpt, CrossEntropy<8>, Adam, 2>> = ConstStaticCell::new(Blank::ZERO);
static TEXT: ConstStaticCell<StreamMemory<Gpt>> = ConstStaticCell::new(Blank::ZERO);
type SeenMemory = Int8Memory<<SeenInt8 as Int8Layer>::Work, 84, 5>;
static SEEN: ConstStaticCell<(SeenInt8, SeenMemory)> = ConstStaticCell::new((Blank::ZERO, Blank::ZERO));
static SENSOR: ConstStaticCell<StreamMemory<Sensor>> = ConstStaticCell::new(Blank::ZERO);

/// A training step on several samples.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_step(
    net: &mut NetTrainer<CrossEntropy, Sgd, 1>,
    x: &[[f32; 64]; 3],
    y: &[u16; 3],
) -> bool {
    net.step(&(x, y)).is_ok()
}

/// A training step without a gradient in memory.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_fused_step(sgd: &mut FusedSgd<Small, CrossEntropy>, x: &[f32; 64], y: u16) -> bool {
    sgd.step(&(core::slice::from_ref(x), &[y]), 0).is_ok()
}

/// A prediction.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_predict(net: &mut NetTrainer<CrossEntropy, Sgd, 1>, x: &[f32; 64]) -> f32 {
    net.predict(x)[0]
}

/// A training step of convolutions.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_image_step(
    net: &mut ImageTrainer<CrossEntropy, Sgd, 1>,
    x: &[f32; 288],
    y: &u16,
) -> bool {
    net.step(&(core::slice::from_ref(x), core::slice::from_ref(y))).is_ok()
}

/// A prediction of them.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_image_predict(net: &mut ImageTrainer<CrossEntropy, Sgd, 1>, x: &[f32; 288]) -> f32 {
    net.predict(x)[0]
}

/// A training step of a recurrence of which the last state counts.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_gesture_step(
    net: &mut GestureTrainer<CrossEntropy, Sgd, 1>,
    x: &[f32; 45],
    y: &u16,
) -> bool {
    net.step(&(core::slice::from_ref(x), core::slice::from_ref(y))).is_ok()
}

/// A prediction of it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_gesture_predict(net: &mut GestureTrainer<CrossEntropy, Sgd, 1>, x: &[f32; 45]) -> f32 {
    net.predict(x)[0]
}

/// A training step on sequences of different lengths, in chunks of two: of each step a class.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_tags_step(
    net: &mut TagsTrainer<CrossEntropy<7>, Adam, 2>,
    x: &[[u16; 7]; 3],
    y: &[[u16; 7]; 3],
    steps: &[u16; 3],
) -> bool {
    net.step(&Padded { data: (x, y), steps }).is_ok()
}

/// A training step of convolutions over steps, on sequences of different lengths.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_motion_step(
    net: &mut MotionTrainer<CrossEntropy, Sgd, 2>,
    x: &[[f32; 72]; 3],
    y: &[u16; 3],
    steps: &[u16; 3],
) -> bool {
    net.step(&Padded { data: (x, y), steps }).is_ok()
}

/// A prediction of them.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_motion_predict(net: &mut MotionTrainer<CrossEntropy, Sgd, 2>, x: &[f32; 72]) -> f32 {
    net.predict(x)[0]
}

/// A training step of a small Transformer, on texts of different lengths: of each step the next.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_gpt_step(
    net: &mut GptTrainer<CrossEntropy<8>, Adam, 2>,
    x: &[[u16; 8]; 3],
    y: &[[u16; 8]; 3],
    steps: &[u16; 3],
) -> bool {
    net.step(&Padded { data: (x, y), steps }).is_ok()
}

/// One token of it.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_gpt_stream(gpt: &mut StreamModel<Gpt>, x: &[u16; 1]) -> f32 {
    gpt.step(x)[0]
}

/// One step of a sequence.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_stream(sensor: &mut StreamModel<Sensor>, x: &[f32; 6]) -> f32 {
    sensor.step(x)[0]
}

/// A prediction in integers.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn checked_int8(seen: &SeenInt8, x: &[i8; 84], memory: &mut SeenMemory) -> i8 {
    seen.forward(x, &mut memory.y, &mut memory.work);
    memory.y[0]
}

#[entry]
fn main() -> ! {
    let mut net = NetTrainer::in_place(NET.take(), CrossEntropy::new(), Sgd::new(0.1), 0);
    let mut sensor = StreamModel::in_place(SENSOR.take(), 0);
    let mut sgd = FusedSgd::in_place(SMALL.take(), CrossEntropy::new(), 0.1, 0);
    let (x, y) = black_box(([[0.5; 64]; 3], [1, 2, 3]));
    let (seen, memory) = SEEN.take();
    black_box(checked_int8(black_box(seen), &[1; 84], memory));
    let well = checked_step(&mut net, &x, &y) & checked_fused_step(&mut sgd, &x[0], y[0]);
    let mut image = ImageTrainer::in_place(IMAGE.take(), CrossEntropy::new(), Sgd::new(0.1), 0);
    let well = well & checked_image_step(&mut image, &[0.5; 288], &1);
    let mut gesture = GestureTrainer::in_place(GESTURE.take(), CrossEntropy::new(), Sgd::new(0.1), 0);
    let mut tags = TagsTrainer::in_place(TAGS.take(), CrossEntropy::DEFAULT, Adam::new(0.1), 0);
    let well = well & checked_gesture_step(&mut gesture, &[0.5; 45], &1);
    let well = well & checked_tags_step(&mut tags, &black_box([[1; 7]; 3]), &[[2; 7]; 3], &[7, 2, 3]);
    let mut motion = MotionTrainer::in_place(MOTION.take(), CrossEntropy::new(), Sgd::new(0.1), 0);
    let moves = black_box([[0.5; 72]; 3]);
    let well = well & checked_motion_step(&mut motion, &moves, &[1, 2, 3], &[24, 18, 9]);
    let mut gpt = GptTrainer::in_place(GPT.take(), CrossEntropy::DEFAULT, Adam::new(0.1), 0);
    let mut text = StreamModel::in_place(TEXT.take(), 0);
    let well = well & checked_gpt_step(&mut gpt, &black_box([[1; 8]; 3]), &[[2; 8]; 3], &[8, 2, 3]);
    let values = [
        checked_gpt_stream(&mut text, &[3]),
        checked_motion_predict(&mut motion, &moves[0]),
        checked_gesture_predict(&mut gesture, &[0.5; 45]),
        checked_image_predict(&mut image, &[0.5; 288]),
        checked_predict(&mut net, &x[0]),
        checked_stream(&mut sensor, &[0.5; 6]),
    ];
    end(well && values.iter().all(|v| v.is_finite()))
}
