use dl::network;

#[network(input = [28])]
struct Net {
    gru: Gru<8, Last>,
}

fn main() {}
