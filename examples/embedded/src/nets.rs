//! What the build script and the firmware share: the networks that are no one else's.

use dl::prelude::*;

/// A sine, as TensorFlow Lite's first example has it.
#[network(input = [1], int8, crate = dl)]
pub struct Sine {
    fc1: Dense<16>,
    act1: Relu,
    fc2: Dense<16>,
    act2: Relu,
    head: Dense<1>,
}
