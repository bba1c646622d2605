use dl::network;

#[network(input = [784])]
struct Net {
    fc1: Dense<64>,
    act: ReLU,
}

fn main() {}
