use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<16>,
    more: [Dense<8>; 3],
}

fn main() {}
