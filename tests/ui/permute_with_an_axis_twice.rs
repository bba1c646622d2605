use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    turn: Permute<2, 0, 2>,
}

fn main() {}
