use dl::network;

#[network(input = [784])]
struct Net {
    #[init(glorot_uniform)]
    fc: Dense<10>,
}

fn main() {}
