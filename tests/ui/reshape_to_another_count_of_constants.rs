use dl::network;

const SIDE: usize = 4;

#[network(input = [10])]
struct Net {
    fc: Dense<100>,
    image: Reshape<8, SIDE, SIDE>,
    conv: Conv2d<1, 3>,
    flat: Flatten,
    head: Dense<10>,
}

fn main() {}
