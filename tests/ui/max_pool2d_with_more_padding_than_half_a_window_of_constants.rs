use dl::network;

const WINDOW: usize = 3;

#[network(input = [3, 8, 8])]
struct Net {
    pool: MaxPool2d<WINDOW, Pad<2>>,
}

fn main() {}
