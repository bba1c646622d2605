use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10, Pad<1>>,
}

fn main() {}
