use dl::prelude::*;

#[network(input = [3])]
struct Net {
    fc1: Dense<2>,
}

static NET: Net = weights!("weights/truncated.safetensors");

fn main() {}
