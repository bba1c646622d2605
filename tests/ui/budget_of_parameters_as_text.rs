use dl::network;

#[network(input = [784], max_params = "20k")]
struct Net {
    fc: Dense<10>,
}

fn main() {}
