use dl::network;

#[network(input = [20, 32])]
struct Encoder {
    gru: Gru<128>,
}

#[network(input = ([15, 32], [20, 32]))]
#[forward(|x, source| gru(x, encoder(source)))]
struct Net {
    encoder: Encoder,
    gru: Gru<128>,
}

fn main() {}
