use dl::network;

#[network(input = [20, 4], stream)]
struct Net {
    attn: SelfAttention<2>,
    head: Dense<2>,
}

fn main() {}
