use dl::network;

#[network(input = [u16; 20])]
struct Net {
    gru: Gru<8, OneHot<65>, Bidirectional>,
    head: Dense<2>,
}

fn main() {}
