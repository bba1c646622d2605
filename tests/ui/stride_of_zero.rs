use dl::network;

#[network(input = [1, 8, 8])]
struct Net {
    conv: Conv2d<6, 3, Stride<0>>,
}

fn main() {}
