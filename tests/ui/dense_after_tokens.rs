use dl::network;

#[network(input = [u16; 64])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
