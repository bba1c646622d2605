use dl::network;

#[network(input = [1, 8, 8])]
struct Net {
    conv: Conv2d<6, 3, Pad<1>, Pad<2>>,
}

fn main() {}
