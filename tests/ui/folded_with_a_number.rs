use dl::prelude::*;

#[network(input = [4], folded = 2)]
struct Net {
    fc: Dense<8>,
    norm: BatchNorm,
}

fn main() {}
