use dl::network;

#[network(input = [u16; 28])]
struct Net {
    embed: Embedding<96>,
}

fn main() {}
