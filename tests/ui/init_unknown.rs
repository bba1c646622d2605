use dl::network;

#[network(input = [784])]
struct Net {
    #[init(magic)]
    fc: Dense<10>,
}

fn main() {}
