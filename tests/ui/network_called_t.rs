use dl::network;

#[network(input = [784])]
struct T {
    fc: Dense<10>,
}

fn main() {}
