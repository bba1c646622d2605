use dl::network;

const SIDE: usize = 8;

#[network(input = [3, SIDE, SIDE])]
struct Net {
    act: PRelu<SIDE>,
}

fn main() {}
