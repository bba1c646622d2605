use dl::network;

#[network(input = ([15, 32], [15, 32]), stream)]
#[forward(|x, h| gru(x, last(h)))]
struct Net {
    gru: Gru<32>,
}

fn main() {}
