use dl::network;

#[network(input = [20, 4], stream)]
struct Net {
    gru: Gru<8>,
    pool: GlobalAvgPool,
    head: Dense<2>,
}

fn main() {}
