use dl::prelude::*;

#[network(input = [3])]
struct Net {
    fc1: Dense<2>,
    act: Tanh,
}

static NET: Net = weights!("weights/other_layers.safetensors");

fn main() {}
