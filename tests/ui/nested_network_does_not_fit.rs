use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<32>,
    act: Relu,
    inner: Inner,
}

#[network(input = [64])]
struct Inner {
    fc: Dense<10>,
}

fn main() {}
