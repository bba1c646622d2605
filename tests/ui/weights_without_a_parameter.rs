use dl::prelude::*;

#[network(input = [3])]
struct Net {
    fc1: Dense<2>,
    act: Relu,
    head: Dense<4>,
}

static NET: Net = weights!("weights/net.safetensors");

fn main() {}
