use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<outputs = 10>,
}

fn main() {}
