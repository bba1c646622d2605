use dl::network;

#[network(input = [64])]
struct Net {
    attend: SelfAttention<8>,
}

fn main() {}
