use dl::network;

#[network(input = [784])]
struct Net<T> {
    fc: Dense<10>,
}

fn main() {}
