use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<12>,
    inner: Inner,
}

#[network(input = [3, 2, 2])]
struct Inner {
    flat: Flatten,
    fc: Dense<10>,
}

fn main() {}
