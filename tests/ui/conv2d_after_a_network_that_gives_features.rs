use dl::network;

#[network(input = [4])]
struct Inner {
    fc: Dense<9>,
}

#[network(input = [4])]
struct Net {
    inner: Inner,
    conv: Conv2d<6, 3>,
}

fn main() {}
