use dl::network;

#[network(input = [100, 4])]
struct Net {
    conv: Conv2d<6, 5>,
}

fn main() {}
