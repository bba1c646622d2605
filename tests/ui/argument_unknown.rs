use dl::network;

#[network(input = [784], output = [10])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
