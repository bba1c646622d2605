//! MLPerf Tiny's network that spots keywords in spectra of sound: depthwise and pointwise convolutions, norms folded.

use dl::prelude::*;

use super::{Row, Workload, infer, infer_int8};
use crate::work::Products;

const PLACES: usize = 25 * 5;
const PRODUCTS: Products =
    block(block(block(block(Products::NONE.conv(64, 10 * 4, PLACES))))).dense(&[64, 12]);

const fn block(before: Products) -> Products {
    before.conv(64, 3 * 3, PLACES).conv(64, 64, PLACES)
}

#[network(input = [64, 25, 5], int8)]
pub(crate) struct Separable {
    depthwise: Depthwise2d<3, Pad<1>>,
    act1: Relu,
    pointwise: Conv2d<64, 1>,
    act2: Relu,
}

#[network(input = [1, 49, 10], int8)]
pub(crate) struct DsCnn {
    conv: Conv2d<64, Kernel<10, 4>, Stride<2>, Pad<Same>>,
    act: Relu,
    blocks: [Separable; 4],
    pool: GlobalAvgPool,
    head: Dense<12>,
}

pub(super) const INFER: Workload = Workload {
    name: "kws_infer1",
    what: "DS-CNN, 49x10, norms folded, ReLU: inference of one sample",
    rows: &[Row { batch: 1, work: PRODUCTS.infer(), start: infer::<DsCnn, _>, share: None, losses: None }],
};

pub(super) const INFER_INT8: Workload = Workload {
    name: "kws_int8_infer1",
    what: "the same in integers of 8 bits, floats in and out",
    rows: &[Row {
        batch: 1,
        work: PRODUCTS.infer_int8(),
        start: infer_int8::<DsCnn, _, 490, 12>,
        share: None,
        losses: None,
    }],
};
