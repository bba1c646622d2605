use dl::network;

const LAST: usize = 2;

#[network(input = [8, 4, 4])]
struct Net {
    turn: Permute<LAST, 0, 1>,
}

fn main() {}
