use dl::network;

#[network(input = [4, 8, 8])]
struct Net {
    conv: Conv2d<6, 3, Groups<3>>,
}

fn main() {}
