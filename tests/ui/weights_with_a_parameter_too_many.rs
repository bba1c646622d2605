use dl::prelude::*;

#[network(input = [3])]
struct Net {
    fc1: Dense<2, NoBias>,
}

static NET: Net = weights!("weights/net.safetensors");

fn main() {}
