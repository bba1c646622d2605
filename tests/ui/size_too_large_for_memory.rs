use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<100_000_000_000>,
}

fn main() {}
