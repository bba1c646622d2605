use dl::network;

#[network(input = [4])]
#[forward(|x| (a(x), b(x)))]
struct Two {
    a: Dense<3>,
    b: Dense<2>,
}

#[network(input = [4])]
#[forward(|x| {
    let (_, _) = two(x);
    fc(x)
})]
struct Net {
    two: self::Two,
    fc: Dense<4>,
}

fn main() {}
