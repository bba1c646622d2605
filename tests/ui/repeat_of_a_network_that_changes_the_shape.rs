use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<64>,
    more: [Inner; 3],
}

#[network(input = [64])]
struct Inner {
    fc: Dense<10>,
}

fn main() {}
