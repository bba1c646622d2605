use dl::network;

#[network(input = [100, 8])]
struct Net {
    up: Upsample<2>,
}

fn main() {}
