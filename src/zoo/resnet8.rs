//! ResNet-8, as MLPerf Tiny has it: small colour pictures in ten classes.

use crate::prelude::*;

/// Two convolutions beside a short cut, 16 channels.
#[network(input = [16, 32, 32], folded, int8, crate = crate)]
#[forward(|x| relu(x + norm2(conv2(relu(norm1(conv1(x)))))))]
pub struct ResBlock {
    conv1: Conv2d<16, 3, Pad<1>>,
    norm1: BatchNorm,
    conv2: Conv2d<16, 3, Pad<1>>,
    norm2: BatchNorm,
}

/// The same, which halves the picture and doubles the channels to 32.
#[network(input = [16, 32, 32], folded, int8, crate = crate)]
#[forward(|x| relu(short(x) + norm2(conv2(relu(norm1(conv1(x)))))))]
pub struct ResDown32 {
    conv1: Conv2d<32, 3, Pad<Same>, Stride<2>>,
    norm1: BatchNorm,
    conv2: Conv2d<32, 3, Pad<1>>,
    norm2: BatchNorm,
    short: Conv2d<32, 1, Stride<2>>,
}

/// The same, to 64 channels.
#[network(input = [32, 16, 16], folded, int8, crate = crate)]
#[forward(|x| relu(short(x) + norm2(conv2(relu(norm1(conv1(x)))))))]
pub struct ResDown64 {
    conv1: Conv2d<64, 3, Pad<Same>, Stride<2>>,
    norm1: BatchNorm,
    conv2: Conv2d<64, 3, Pad<1>>,
    norm2: BatchNorm,
    short: Conv2d<64, 1, Stride<2>>,
}

/// The residual network of MLPerf Tiny's image classification benchmark, on 32 × 32 colour pixels: 78,666 numbers.
///
/// From He et al., "Deep Residual Learning for Image Recognition" (2016).
///
/// ```
/// assert_eq!(<dl::zoo::ResNet8 as dl::Network>::OUTPUT.dims(), [10]);
/// ```
#[network(input = [3, 32, 32], folded, int8, crate = crate)]
pub struct ResNet8 {
    stem: Conv2d<16, 3, Pad<1>>,
    norm: BatchNorm,
    act: Relu,
    stage1: ResBlock,
    stage2: ResDown32,
    stage3: ResDown64,
    pool: GlobalAvgPool,
    head: Dense<10>,
}
