use dl::network;

#[network(input = ([20, 32], [u16; 24]))]
#[forward(|x, memory| attn(x, memory))]
struct Net {
    attn: CrossAttention<4>,
}

fn main() {}
