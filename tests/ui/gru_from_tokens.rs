use dl::network;

#[network(input = ([15, 32], [u16; 20]))]
#[forward(|x, words| gru(x, words))]
struct Net {
    gru: Gru<20>,
}

fn main() {}
