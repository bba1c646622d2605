use dl::network;

#[network(input = [10])]
struct Net {
    fc: Dense<144>,
    image: Reshape<8, 4, 4>,
    conv: Conv2d<1, 3>,
}

fn main() {}
