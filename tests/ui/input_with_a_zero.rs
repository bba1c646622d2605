use dl::network;

#[network(input = [3, 0, 32])]
struct Net {
    flat: Flatten,
    fc: Dense<10>,
}

fn main() {}
