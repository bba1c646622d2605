use dl::network;

#[network(input = [64, 96])]
struct Net {
    attend: MultiheadAttention<8>,
}

fn main() {}
