use dl::network;

#[network(input = ([15, 32], [32]))]
#[forward(|x, h| gru(x, h))]
struct Net {
    gru: Gru<32, Bidirectional>,
}

fn main() {}
