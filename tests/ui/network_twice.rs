use dl::network;

#[network(input = [784])]
#[network(input = [28])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
