//! DS-CNN, as MLPerf Tiny has it: spots keywords in a second of speech.

use crate::prelude::*;

/// A depthwise convolution and a 1 × 1 convolution behind it, each normalized.
#[network(input = [64, 25, 5], folded, int8, crate = crate)]
pub struct DsBlock {
    dw: Depthwise2d<3, Pad<1>>,
    dw_norm: BatchNorm,
    dw_act: Relu,
    pw: Conv2d<64, 1>,
    pw_norm: BatchNorm,
    pw_act: Relu,
}

/// The depthwise separable network of MLPerf Tiny's keyword spotting benchmark, on 49 frames of 10 coefficients: 24,908
/// numbers.
///
/// From Zhang et al., "Hello Edge" (2017).
///
/// ```
/// assert_eq!(<dl::zoo::DsCnn as dl::Network>::OUTPUT.dims(), [12]);
/// ```
#[network(input = [1, 49, 10], folded, int8, crate = crate)]
pub struct DsCnn {
    stem: Conv2d<64, Kernel<10, 4>, Stride<2>, Pad<Same>>,
    norm: BatchNorm,
    act: Relu,
    drop1: Dropout<0.2>,
    blocks: [DsBlock; 4],
    drop2: Dropout<0.4>,
    pool: GlobalAvgPool,
    head: Dense<12>,
}
