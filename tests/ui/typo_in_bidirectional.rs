use dl::network;

#[network(input = [28, 28])]
struct Net {
    lstm: Lstm<8, Bidirectonal>,
}

fn main() {}
