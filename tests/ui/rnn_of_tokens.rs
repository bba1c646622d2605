use dl::network;

#[network(input = [u16; 28])]
struct Net {
    rnn: Rnn<8>,
}

fn main() {}
