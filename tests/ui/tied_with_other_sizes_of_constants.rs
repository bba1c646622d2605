use dl::network;

const VOCAB: usize = 1000;

#[network(input = [u16; 20])]
struct Net {
    embed: Embedding<VOCAB, 16>,
    #[tied(embed.weight)]
    head: Dense<{ VOCAB - 1 }, NoBias>,
}

fn main() {}
