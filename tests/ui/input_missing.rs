use dl::network;

#[network(max_params = 1_000)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
