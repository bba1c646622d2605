use dl::network;

#[network(input = [6, 8, 8])]
struct Net {
    norm: GroupNorm<4>,
}

fn main() {}
