use dl::network;

const HIDDEN: u32 = 64;

#[network(input = [784])]
struct Net {
    fc1: Dense<HIDDEN>,
    act: Relu,
    fc2: Dense<10>,
}

fn main() {}
