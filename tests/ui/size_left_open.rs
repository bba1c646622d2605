use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<_>,
}

fn main() {}
