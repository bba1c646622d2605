use dl::network;

#[network(input = [3, 8, 8])]
struct Inner {
    conv: Conv2d<4, 3>,
}

#[network(input = [3, 8, 8])]
struct Net {
    inner: self::Inner,
    norm: LayerNorm,
}

fn main() {}
