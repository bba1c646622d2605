use dl::network;

#[network(input = [12])]
struct Net {
    drop: Dropout2d<0.2>,
}

fn main() {}
