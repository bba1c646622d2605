use dl::network;

#[network(input = [784])]
struct Net {
    #[frozen]
    #[frozen]
    fc: Dense<10>,
}

fn main() {}
