use dl::network;

const T: usize = 64;

#[network(input = [784])]
struct Net {
    fc1: Dense<{ 2 * T }>,
    act: Relu,
    fc2: Dense<10>,
}

fn main() {}
