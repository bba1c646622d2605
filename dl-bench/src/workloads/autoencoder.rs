//! 640-128-128-128-128-8-128-128-128-128-640 with ReLU: the autoencoder of MLPerf Tiny, norms folded.

use dl::prelude::*;

use super::{Row, Workload, infer};
use crate::work::Products;

const PRODUCTS: Products = Products::NONE.dense(&[640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640]);

#[network(input = [640])]
pub(crate) struct Autoencoder {
    fc1: Dense<128>,
    act1: Relu,
    fc2: Dense<128>,
    act2: Relu,
    fc3: Dense<128>,
    act3: Relu,
    fc4: Dense<128>,
    act4: Relu,
    fc5: Dense<8>,
    act5: Relu,
    fc6: Dense<128>,
    act6: Relu,
    fc7: Dense<128>,
    act7: Relu,
    fc8: Dense<128>,
    act8: Relu,
    fc9: Dense<128>,
    act9: Relu,
    fc10: Dense<640>,
}

pub(super) const INFER: Workload = Workload {
    name: "ad_infer1",
    what: "640-128x4-8-128x4-640, ReLU: inference of one sample",
    rows: &[Row {
        batch: 1,
        work: PRODUCTS.infer(),
        start: infer::<Autoencoder, _>,
        share: None,
        losses: None,
    }],
};
