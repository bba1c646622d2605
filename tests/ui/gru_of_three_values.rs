use dl::network;

#[network(input = ([15, 32], [32], [32]))]
#[forward(|x, h, c| gru(x, h, c))]
struct Net {
    gru: Gru<32>,
}

fn main() {}
