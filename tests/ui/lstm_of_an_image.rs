use dl::network;

#[network(input = [1, 28, 28])]
struct Net {
    lstm: Lstm<8>,
}

fn main() {}
