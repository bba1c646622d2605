use dl::network;

#[network(input = [28, 28])]
struct Net {
    gru: Gru<8, Relu>,
}

fn main() {}
