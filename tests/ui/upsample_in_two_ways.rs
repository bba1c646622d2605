use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    up: Upsample<2, Nearest, Bilinear>,
}

fn main() {}
