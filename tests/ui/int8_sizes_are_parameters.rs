use dl::network;

#[network(input = [N], int8)]
struct Net<const N: usize> {
    fc: Dense<4>,
}

fn main() {}
