use dl::network;

#[network(input = [8, 3, 4])]
struct Net {
    border: Pad<3, Reflect>,
}

fn main() {}
