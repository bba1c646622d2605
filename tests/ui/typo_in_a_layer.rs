use dl::network;

#[network(input = [784])]
struct Net {
    fc1: Dense<64>,
    act: Relu,
    fc2: Dens<10>,
}

fn main() {}
