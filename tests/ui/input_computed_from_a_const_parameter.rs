use dl::network;

#[network(input = [S, 8])]
struct Net<const S: usize> {
    flat: Flatten,
    fc: Dense<10>,
}

fn main() {}
