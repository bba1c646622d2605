use dl::network;

const B: usize = 64;

#[network(input = [784])]
struct Net {
    fc1: Dense<B>,
    act: Relu,
    fc2: Dense<10>,
}

fn main() {}
