use dl::network;

const SIDE: usize = 0;

#[network(input = [3, SIDE])]
struct Net {
    flat: Flatten,
    fc: Dense<10>,
}

fn main() {}
