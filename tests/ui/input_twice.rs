use dl::network;

#[network(input = [784], input = [28])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
