use dl::network;

const HEADS: usize = 5;

#[network(input = [64, 96])]
struct Net {
    attend: SelfAttention<HEADS>,
}

fn main() {}
