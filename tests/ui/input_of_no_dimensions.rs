use dl::network;

#[network(input = [])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
