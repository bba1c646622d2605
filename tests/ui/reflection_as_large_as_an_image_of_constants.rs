use dl::network;

const EDGE: usize = 3;

#[network(input = [8, EDGE, 4])]
struct Net {
    border: Pad<EDGE, 0, Reflect>,
    conv: Conv2d<1, 3>,
}

fn main() {}
