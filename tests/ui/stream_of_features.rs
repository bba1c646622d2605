use dl::network;

#[network(input = [4], stream)]
struct Net {
    head: Dense<2>,
}

fn main() {}
