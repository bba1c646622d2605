use dl::network;

#[network(input = [28, 28])]
struct Net {
    attend: CrossAttention<8>,
}

fn main() {}
