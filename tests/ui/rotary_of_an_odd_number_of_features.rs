use dl::network;

#[network(input = [20, 30])]
struct Net {
    attn: SelfAttention<6, Rotary>,
}

fn main() {}
