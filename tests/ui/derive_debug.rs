use dl::network;

#[network(input = [784])]
#[derive(Debug)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
