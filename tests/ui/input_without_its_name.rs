use dl::network;

#[network([784])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
