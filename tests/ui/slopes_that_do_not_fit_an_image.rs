use dl::network;

#[network(input = [3, 8, 8])]
struct Net {
    act: PRelu<8>,
}

fn main() {}
