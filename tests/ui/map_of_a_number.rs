use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<5>,
    act: Map<2>,
}

fn main() {}
