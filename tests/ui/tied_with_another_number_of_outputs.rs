use dl::network;

#[network(input = [u16; 20])]
struct Net {
    embed: Embedding<1000, 16>,
    #[tied(embed.weight)]
    head: Dense<999, NoBias>,
}

fn main() {}
