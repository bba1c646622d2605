use dl::network;

#[network(input = [100, 8])]
struct Net {
    border: Pad<1>,
}

fn main() {}
