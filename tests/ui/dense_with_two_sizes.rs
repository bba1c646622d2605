use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<784, 10>,
}

fn main() {}
