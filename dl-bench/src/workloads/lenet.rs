//! LeNet on images of 28 × 28: the smallest convolutional network that everybody trains.

use dl::prelude::*;

use super::{Losses, Row, SEED, Workload, infer, labelled, steps};
use crate::measure::Step;
use crate::work::Products;

const PRODUCTS: Products =
    Products::NONE.conv(6, 5 * 5, 24 * 24).conv(16, 6 * 5 * 5, 8 * 8).dense(&[256, 120, 84, 10]);

/// Samples in a chunk: so many that the tape stays in the second-level cache, and the dense layers' products are large
/// enough.
const CHUNK: usize = 16;

#[network(input = [1, 28, 28])]
pub(crate) struct LeNet {
    conv1: Conv2d<6, 5>,
    act1: Relu,
    pool1: MaxPool2d<2>,
    conv2: Conv2d<16, 5>,
    act2: Relu,
    pool2: MaxPool2d<2>,
    flat: Flatten,
    fc1: Dense<120>,
    act3: Relu,
    fc2: Dense<84>,
    act4: Relu,
    head: Dense<10>,
}

pub(super) const INFER: Workload = Workload {
    name: "lenet_infer1",
    what: "LeNet, 28x28, ReLU: inference of one sample",
    rows: &[Row { batch: 1, work: PRODUCTS.infer(), start: infer::<LeNet, _>, share: None, losses: None }],
};

pub(super) const TRAIN: Workload = Workload {
    name: "lenet_train",
    what: "LeNet, 28x28, ReLU, softmax cross-entropy, Adam 3e-4: one step",
    rows: &[train_row::<32>(), train_row::<96>(), train_row::<512>()],
};

const fn train_row<const BATCH: usize>() -> Row {
    Row {
        batch: BATCH,
        work: PRODUCTS.train(BATCH),
        start: train::<BATCH>,
        share: Some(share::<BATCH>),
        losses: Some(losses::<BATCH>),
    }
}

fn trainer() -> Trainer<LeNet, CrossEntropy, Adam, CHUNK> {
    Trainer::boxed_with(CrossEntropy::new(), Adam::new(3e-4), SEED)
}

fn train<const BATCH: usize>() -> Step {
    steps(trainer(), labelled::<784>(BATCH))
}

fn share<const BATCH: usize>(threads: usize) -> Step {
    let mut trainer = trainer();
    trainer.set_threads(threads);
    steps(trainer, labelled::<784>(BATCH))
}

fn losses<const BATCH: usize>() -> Result<Losses, String> {
    Losses::of(trainer(), &labelled::<784>(BATCH))
}
