use dl::network;

#[network(input = [u16; 20])]
struct Net {
    embed: Embedding<1000, 16>,
    #[tied(embed.weight)]
    head: Conv1d<1000, 1>,
}

fn main() {}
