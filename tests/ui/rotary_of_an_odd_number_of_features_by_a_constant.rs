use dl::network;

const HEADS: usize = 6;

#[network(input = [20, 30])]
struct Net {
    attn: SelfAttention<HEADS, Rotary>,
}

fn main() {}
