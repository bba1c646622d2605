use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    act: Relu<10>,
}

fn main() {}
