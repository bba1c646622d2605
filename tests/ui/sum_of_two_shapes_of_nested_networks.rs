use dl::network;

#[network(input = [4])]
struct Inner {
    fc: Dense<3>,
}

#[network(input = [4])]
#[forward(|x| head(inner(x) * x))]
struct Net {
    inner: self::Inner,
    head: Dense<2>,
}

fn main() {}
