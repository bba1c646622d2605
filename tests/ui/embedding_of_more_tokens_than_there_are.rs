use dl::network;

#[network(input = [u16; 28])]
struct Net {
    embed: Embedding<70_000, 8>,
}

fn main() {}
