use dl::network;

#[network(inputs = [784])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
