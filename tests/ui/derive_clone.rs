use dl::network;

#[network(input = [784])]
#[derive(Clone)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
