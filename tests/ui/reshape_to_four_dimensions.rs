use dl::network;

#[network(input = [16])]
struct Net {
    image: Reshape<2, 2, 2, 2>,
}

fn main() {}
