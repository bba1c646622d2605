use dl::network;

#[network(input = [784])]
struct Net {
    fc1: Dense<64>,
    fc2: Dense,
}

fn main() {}
