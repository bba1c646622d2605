use dl::network;

const WIDE: usize = 16;
const NARROW: usize = 8;

#[network(input = [784])]
struct Net {
    fc: Dense<WIDE>,
    more: [Dense<NARROW>; 3],
}

fn main() {}
