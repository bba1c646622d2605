use dl::network;

#[network(input = [784])]
struct Net {
    #[frozen(1)]
    fc: Dense<10>,
}

fn main() {}
