use dl::network;

#[network(input = [3, 32, 32])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
