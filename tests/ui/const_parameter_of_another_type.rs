use dl::network;

#[network(input = [784])]
struct Net<const DEEP: bool> {
    fc: Dense<10>,
}

fn main() {}
