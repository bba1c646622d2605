use dl::network;

#[network(input = [80_000])]
struct Net {
    fc: Dense<60_000>,
}

fn main() {}
