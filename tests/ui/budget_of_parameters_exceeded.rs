use dl::network;

#[network(input = [784], max_params = 50_000)]
struct Net {
    fc1: Dense<64>,
    act: Relu,
    fc2: Dense<10>,
}

fn main() {}
