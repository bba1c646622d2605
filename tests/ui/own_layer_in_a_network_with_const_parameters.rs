use dl::network;

#[network(input = [784])]
struct Net<const H: usize> {
    fc: Dense<H>,
    tail: self::Tail,
}

#[network(input = [10])]
struct Tail {
    fc: Dense<10>,
}

fn main() {}
