use dl::network;

#[network]
struct Net {
    fc: Dense<10>,
}

fn main() {}
