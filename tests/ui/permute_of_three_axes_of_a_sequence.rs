use dl::network;

#[network(input = [100, 8])]
struct Net {
    turn: Permute<2, 0, 1>,
}

fn main() {}
