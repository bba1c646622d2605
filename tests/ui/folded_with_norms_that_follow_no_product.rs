use dl::prelude::*;

#[network(input = [4], folded)]
struct Net {
    fc: Dense<8>,
    act: Relu,
    norm: BatchNorm,
    head: Dense<2>,
}

fn main() {}
