use dl::network;

#[network(input = [784])]
struct Net<const H: usize> {
    fc: Dense<{ 2 * H }>,
}

fn main() {}
