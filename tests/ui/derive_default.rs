use dl::network;

#[network(input = [784])]
#[derive(Default)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
