use dl::prelude::*;

#[network(input = [3])]
struct Net {
    fc1: Dense<2>,
    act: Rellu,
}

static NET: Net = weights!("weights/net.safetensors");

fn main() {}
