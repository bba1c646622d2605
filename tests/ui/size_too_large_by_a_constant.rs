use dl::network;

const HIDDEN: usize = 100_000_000_000;

#[network(input = [784])]
struct Net {
    fc: Dense<HIDDEN>,
}

fn main() {}
