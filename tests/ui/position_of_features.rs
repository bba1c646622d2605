use dl::network;

#[network(input = [20])]
struct Net {
    pos: Position,
}

fn main() {}
