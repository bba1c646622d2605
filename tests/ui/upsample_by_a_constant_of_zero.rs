use dl::network;

const FACTOR: usize = 0;

#[network(input = [8, 4, 4])]
struct Net {
    up: Upsample<FACTOR>,
    conv: Conv2d<3, 3>,
}

fn main() {}
