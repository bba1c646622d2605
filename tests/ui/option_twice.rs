use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10, NoBias, NoBias>,
}

fn main() {}
