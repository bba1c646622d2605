use dl::network;

#[network(input = [1, 6, 6])]
struct Net {
    conv1: Conv2d<8, 5>,
    conv2: Conv2d<8, 5>,
}

fn main() {}
