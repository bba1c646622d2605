use dl::network;

#[network(input = [784])]
struct Net {
    #[init(he_norml)]
    fc: Dense<10>,
}

fn main() {}
