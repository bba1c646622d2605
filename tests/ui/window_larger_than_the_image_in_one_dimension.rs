use dl::network;

#[network(input = [1, 6, 4])]
struct Net {
    conv: Conv2d<8, Kernel<3, 9>, Pad<0, 1>>,
}

fn main() {}
