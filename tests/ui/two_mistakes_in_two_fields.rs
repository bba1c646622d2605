use dl::network;

#[network(input = [784])]
struct Net {
    fc1: Dens<64>,
    act: Relu,
    drop: Dropout<1.5>,
    fc2: Dense<0>,
}

fn main() {}
