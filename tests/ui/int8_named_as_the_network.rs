use dl::network;

#[network(input = [4], int8 = Net)]
struct Net {
    fc: Dense<2>,
}

fn main() {}
