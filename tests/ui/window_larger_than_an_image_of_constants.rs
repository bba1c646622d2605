use dl::network;

const SIDE: usize = 4;

#[network(input = [1, SIDE, SIDE])]
struct Net {
    conv: Conv2d<8, 5>,
}

fn main() {}
