use dl::network;

#[network(input = [4, 2, 2])]
struct Net {
    up: ConvTranspose2d<6, 2, Pad<2>>,
}

fn main() {}
