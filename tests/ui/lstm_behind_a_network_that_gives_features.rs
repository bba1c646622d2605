use dl::network;

#[network(input = [8])]
struct Inner {
    fc: Dense<4>,
}

#[network(input = [8])]
struct Net {
    inner: self::Inner,
    lstm: Lstm<8>,
}

fn main() {}
