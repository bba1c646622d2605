use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    turn: Permute<3, 1, 2>,
}

fn main() {}
