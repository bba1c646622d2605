use dl::network;

#[network(input = [784])]
struct Net {
    #[init]
    fc: Dense<10>,
}

fn main() {}
