use dl::network;

#[network(input = [4])]
#[forward]
struct Net {
    fc: Dense<4>,
}

fn main() {}
