use dl::network;

#[network(input = [20, 4], stream)]
struct Net {
    conv: Conv1d<8, 3, Stride<2>, Pad<Causal>>,
    head: Dense<2>,
}

fn main() {}
