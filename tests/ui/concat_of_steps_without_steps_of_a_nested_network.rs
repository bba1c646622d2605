use dl::network;

#[network(input = [4])]
struct Inner {
    fc: Dense<3>,
}

#[network(input = [4])]
#[forward(|x| {
    let h = inner(x);
    fc(concat(h, h, axis = steps))
})]
struct Net {
    inner: self::Inner,
    fc: Dense<4>,
}

fn main() {}
