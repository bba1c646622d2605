use dl::network;

#[network(input = [64, 96])]
struct Net {
    attend: SelfAttention<Causal>,
}

fn main() {}
