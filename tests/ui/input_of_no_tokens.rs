use dl::network;

#[network(input = [u16; 0])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
