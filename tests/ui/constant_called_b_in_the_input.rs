use dl::network;

const B: usize = 64;

#[network(input = [B])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
