use dl::network;

#[network(input = ([784], [10]))]
struct Net {
    fc: Dense<10>,
}

fn main() {}
