use dl::network;

const HIDDEN: usize = 0;

#[network(input = [784])]
struct Net {
    fc1: Dense<64>,
    fc2: Dense<HIDDEN>,
}

fn main() {}
