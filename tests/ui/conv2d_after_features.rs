use dl::network;

#[network(input = [784])]
struct Net {
    conv: Conv2d<6, 5>,
}

fn main() {}
