use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    up: Upsample<Bilinear>,
}

fn main() {}
