use dl::network;

#[network(input = [3, 4, 4])]
struct Stem {
    conv: Conv2d<8, 3>,
}

#[network(input = [3, 4, 4])]
struct Net {
    stem: self::Stem,
    turn: Transpose,
    head: Dense<2>,
}

fn main() {}
