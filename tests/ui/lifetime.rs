use dl::network;

#[network(input = [784])]
struct Net<'a> {
    fc: Dense<10>,
}

fn main() {}
