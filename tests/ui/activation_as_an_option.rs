use dl::network;

#[network(input = [4])]
struct Net {
    fc: Dense<8, Relu>,
}

fn main() {}
