//! MLPerf Tiny's residual network for images of 32 × 32, norms folded.

use dl::prelude::*;

use super::{Row, Workload, infer};
use crate::work::Products;

const PRODUCTS: Products = Products::NONE
    .conv(16, 3 * 9, 32 * 32)
    .conv(16, 16 * 9, 32 * 32)
    .conv(16, 16 * 9, 32 * 32)
    .conv(32, 16 * 9, 16 * 16)
    .conv(32, 32 * 9, 16 * 16)
    .conv(32, 16, 16 * 16)
    .conv(64, 32 * 9, 8 * 8)
    .conv(64, 64 * 9, 8 * 8)
    .conv(64, 32, 8 * 8)
    .dense(&[64, 10]);

#[network(input = [3, 32, 32])]
#[forward(|x| {
    let x = relu(stem(x));
    let x = relu(x + conv2(relu(conv1(x))));
    let x = relu(skip2(x) + conv4(relu(conv3(x))));
    let x = relu(skip3(x) + conv6(relu(conv5(x))));
    head(pool(x))
})]
pub(crate) struct ResNet8 {
    stem: Conv2d<16, 3, Pad<1>>,
    conv1: Conv2d<16, 3, Pad<1>>,
    conv2: Conv2d<16, 3, Pad<1>>,
    conv3: Conv2d<32, 3, Stride<2>, Pad<Same>>,
    conv4: Conv2d<32, 3, Pad<1>>,
    skip2: Conv2d<32, 1, Stride<2>>,
    conv5: Conv2d<64, 3, Stride<2>, Pad<Same>>,
    conv6: Conv2d<64, 3, Pad<1>>,
    skip3: Conv2d<64, 1, Stride<2>>,
    pool: GlobalAvgPool,
    head: Dense<10>,
}

pub(super) const INFER: Workload = Workload {
    name: "resnet8_infer1",
    what: "ResNet-8, 32x32x3, norms folded, ReLU: inference of one sample",
    rows: &[Row { batch: 1, work: PRODUCTS.infer(), start: infer::<ResNet8, _>, share: None, losses: None }],
};
