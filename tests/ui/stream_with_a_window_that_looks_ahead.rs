use dl::network;

#[network(input = [20, 4], stream)]
struct Net {
    conv: Conv1d<8, 3, Pad<Same>>,
    act: Relu,
    head: Dense<2>,
}

fn main() {}
