use dl::network;

#[network(input = ([20, 32], [24, 32]))]
#[forward(|x, memory| attn(x, memory, memory))]
struct Net {
    attn: CrossAttention<4>,
}

fn main() {}
