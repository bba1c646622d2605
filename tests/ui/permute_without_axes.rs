use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    turn: Permute,
}

fn main() {}
