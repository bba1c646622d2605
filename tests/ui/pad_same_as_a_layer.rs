use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    border: Pad<Same>,
}

fn main() {}
