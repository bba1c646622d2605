use dl::network;

const WORDS: usize = 70_000;

#[network(input = [u16; 28])]
struct Net {
    embed: Embedding<WORDS, 8>,
}

fn main() {}
