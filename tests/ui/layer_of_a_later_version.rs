use dl::network;

#[network(input = [28, 28])]
struct Net {
    attend: SelfAttention<8>,
}

fn main() {}
