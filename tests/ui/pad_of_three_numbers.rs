use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    border: Pad<1, 2, 3>,
}

fn main() {}
