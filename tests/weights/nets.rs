//! The networks of these tests.

use dl::prelude::*;

/// A network with every kind of name: nested, repeated, buffers, kernels, gates.
#[network(input = [2, 6, 6])]
pub(crate) struct Net {
    pub(crate) stem: Conv2d<3, 3, Pad<1>>,
    norm: BatchNorm,
    act: Relu,
    blocks: [Block; 2],
    flat: Flatten,
    fc: Dense<4, NoBias>,
}

#[network(input = [3, 6, 6])]
#[forward(|x| x + relu(conv(x)))]
pub(crate) struct Block {
    conv: Conv2d<3, 3, Pad<1>>,
}

#[network(input = [7, 3])]
pub(crate) struct Steps {
    conv: Conv1d<4, 3>,
    gru: Gru<5, Bidirectional, Last>,
    pub(crate) head: Dense<2>,
}
