use dl::network;

const WORDS: usize = 96;

#[network(input = [u16; 28])]
struct Net {
    embed: Embedding<WORDS, 8, PaddingIdx<96>>,
}

fn main() {}
