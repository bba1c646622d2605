use dl::network;

const HIDDEN: usize = 32;

#[network(input = [784])]
struct Net {
    fc: Dense<HIDDEN>,
    act: Relu,
    inner: Inner,
}

#[network(input = [64])]
struct Inner {
    fc: Dense<10>,
}

fn main() {}
