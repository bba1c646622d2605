use dl::network;

#[network(input = [u16; 64])]
struct Net {
    attend: SelfAttention<8>,
}

fn main() {}
