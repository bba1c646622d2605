use dl::network;

#[network(input = [4, 7, 7])]
struct Net {
    up: ConvTranspose2d<6, 3, Stride<2>, OutputPad<2>>,
}

fn main() {}
