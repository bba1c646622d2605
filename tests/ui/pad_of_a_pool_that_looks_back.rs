use dl::network;

#[network(input = [20, 4])]
struct Net {
    pool: MaxPool1d<3, Pad<Causal>>,
}

fn main() {}
