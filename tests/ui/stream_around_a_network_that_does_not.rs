use dl::network;

#[network(input = [20, 4], stream)]
struct Net {
    inner: Inner,
    head: Dense<2>,
}

#[network(input = [20, 4])]
struct Inner {
    gru: Gru<8>,
}

fn main() {}
