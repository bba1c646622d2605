use dl::network;

#[network(input = [28, 28])]
struct Net {
    embed: Embedding<96, 8>,
}

fn main() {}
