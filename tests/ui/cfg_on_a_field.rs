use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    #[cfg(debug_assertions)]
    act: Relu,
}

fn main() {}
