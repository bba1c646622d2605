use dl::network;

#[network(input = [100])]
struct Net {
    turn: Permute<1, 0>,
}

fn main() {}
