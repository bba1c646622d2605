use dl::network;

#[network(input = [20, 32])]
struct Net {
    attn: CrossAttention<4>,
}

fn main() {}
