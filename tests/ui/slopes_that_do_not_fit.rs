use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<5>,
    act: PRelu<7>,
}

fn main() {}
