use dl::network;

const STRIDE: usize = 0;

#[network(input = [1, 8, 8])]
struct Net {
    conv: Conv2d<6, 3, Stride<STRIDE>>,
}

fn main() {}
