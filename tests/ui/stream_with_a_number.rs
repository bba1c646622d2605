use dl::network;

#[network(input = [20, 4], stream = 3)]
struct Net {
    gru: Gru<8>,
    head: Dense<2>,
}

fn main() {}
