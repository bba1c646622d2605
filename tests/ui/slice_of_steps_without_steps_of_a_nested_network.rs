use dl::network;

#[network(input = [4])]
struct Inner {
    fc: Dense<3>,
}

#[network(input = [4])]
#[forward(|x| fc(slice(inner(x), 0..2, axis = steps)))]
struct Net {
    inner: self::Inner,
    fc: Dense<4>,
}

fn main() {}
