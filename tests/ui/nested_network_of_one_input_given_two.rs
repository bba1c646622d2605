use dl::network;

#[network(input = [4])]
struct Inner {
    head: Dense<2>,
}

#[network(input = [4])]
#[forward(|x| inner(x, x))]
struct Net {
    inner: self::Inner,
}

fn main() {}
