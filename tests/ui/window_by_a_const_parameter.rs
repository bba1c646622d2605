use dl::network;

#[network(input = [1, 8, 8])]
struct Net<const K: usize> {
    conv: Conv2d<6, K>,
}

fn main() {}
