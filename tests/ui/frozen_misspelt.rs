use dl::network;

#[network(input = [784])]
struct Net {
    #[frozn]
    fc: Dense<10>,
}

fn main() {}
