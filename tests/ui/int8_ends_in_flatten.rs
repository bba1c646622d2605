use dl::network;

#[network(input = [1, 4, 4], int8)]
struct Net {
    conv: Conv2d<2, 3>,
    flat: Flatten,
}

fn main() {}
