use dl::prelude::*;

#[network(input = [4])]
struct Net {
    fc1: Dense<2>,
}

static NET: Net = weights!("weights/net.safetensors");

fn main() {}
