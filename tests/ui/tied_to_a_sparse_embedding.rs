use dl::network;

#[network(input = [u16; 20])]
struct Net {
    embed: Embedding<1000, 16, Sparse>,
    #[tied(embed.weight)]
    head: Dense<1000, NoBias>,
}

fn main() {}
