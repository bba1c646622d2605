use dl::network;

const OUTPUTS: usize = 10;

#[network(input = [784])]
struct Net {
    fc: Dense<outputs = OUTPUTS>,
}

fn main() {}
