use dl::network;

#[network(input = [64, 96])]
struct Net {
    attend: SelfAttention<5, Causal>,
}

fn main() {}
