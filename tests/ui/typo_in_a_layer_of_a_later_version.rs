use dl::network;

#[network(input = [u16; 28])]
struct Net {
    embed: Embeding<96, 5>,
}

fn main() {}
