use dl::network;

#[network(input = [3, 5, 7])]
struct Net {
    steps: Reshape<20, 4>,
}

fn main() {}
