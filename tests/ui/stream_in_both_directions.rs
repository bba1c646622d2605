use dl::network;

#[network(input = [20, 4], stream)]
struct Net {
    gru: Gru<8, Bidirectional>,
    head: Dense<2>,
}

fn main() {}
