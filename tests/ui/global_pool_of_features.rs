use dl::network;

#[network(input = [12])]
struct Net {
    pool: GlobalAvgPool,
}

fn main() {}
