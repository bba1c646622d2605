use dl::network;

#[network(input = [3, 8, 8])]
struct Net {
    pool: MaxPool2d<3, Pad<2>>,
}

fn main() {}
