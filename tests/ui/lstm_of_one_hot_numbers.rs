use dl::network;

#[network(input = [20, 4])]
struct Net {
    lstm: Lstm<8, OneHot<65>>,
    head: Dense<2>,
}

fn main() {}
