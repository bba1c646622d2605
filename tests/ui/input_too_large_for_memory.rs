use dl::network;

#[network(input = [100_000, 100_000])]
struct Net {
    flat: Flatten,
    fc: Dense<10>,
}

fn main() {}
