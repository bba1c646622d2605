use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    turn: Transpose,
}

fn main() {}
