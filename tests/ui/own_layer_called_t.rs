use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    tail: T,
}

#[network(input = [10])]
struct Tail {
    fc: Dense<10>,
}

use Tail as T;

fn main() {}
