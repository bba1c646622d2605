use dl::network;

#[network(input = [4])]
#[forward(|x| (a(x), b(x)))]
struct Inner {
    a: Dense<2>,
    b: Dense<3>,
}

#[network(input = [4])]
#[forward(|x| head(inner(x)))]
struct Net {
    inner: self::Inner,
    head: Dense<2>,
}

fn main() {}
