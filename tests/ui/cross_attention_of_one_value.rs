use dl::network;

#[network(input = ([20, 32], [24, 32]))]
#[forward(|x, memory| attn(x) + mix(memory))]
struct Net {
    attn: CrossAttention<4>,
    mix: Dense<32>,
}

fn main() {}
