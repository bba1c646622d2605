use dl::network;

#[network(input = [8])]
struct Inner {
    fc: Dense<4>,
}

#[network(input = [8])]
struct Net {
    inner: self::Inner,
    embed: Embedding<96, 8>,
}

fn main() {}
