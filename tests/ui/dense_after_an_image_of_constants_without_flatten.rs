use dl::network;

const SIDE: usize = 32;

#[network(input = [3, SIDE, SIDE])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
