// A nested network says `fused_sgd` too.
use dl::prelude::*;

#[network(input = [8])]
struct Block {
    fc: Dense<8>,
    act: Relu,
}

#[network(input = [8], fused_sgd)]
struct Net {
    block: Block,
    head: Dense<2>,
}

fn main() {}
