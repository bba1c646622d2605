use dl::network;

#[network(input = [u16; 20])]
struct Net {
    rnn: Rnn<8, OneHot<70000>>,
    head: Dense<2>,
}

fn main() {}
