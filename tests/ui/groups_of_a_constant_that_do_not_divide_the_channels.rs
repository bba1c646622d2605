use dl::network;

const GROUPS: usize = 3;

#[network(input = [4, 8, 8])]
struct Net {
    conv: Conv2d<6, 3, Groups<GROUPS>>,
}

fn main() {}
