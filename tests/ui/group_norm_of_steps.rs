use dl::network;

#[network(input = [10, 8])]
struct Net {
    norm: GroupNorm<2>,
}

fn main() {}
