use dl::prelude::*;

#[network(input = [4], folded)]
struct Net {
    fc: Dense<8>,
    norm: LayerNorm,
    head: Dense<2>,
}

fn main() {}
