use dl::network;

#[network(input = [784])]
struct Net<const B: usize> {
    fc: Dense<B>,
}

fn main() {}
