use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10.0>,
}

fn main() {}
