// A norm needs its whole gradient.
use dl::prelude::*;

#[network(input = [8], fused_sgd)]
struct Net {
    fc1: Dense<16>,
    norm: LayerNorm,
    head: Dense<2>,
}

fn main() {}
