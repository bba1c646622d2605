use dl::network;

#[network(input = [4], quantization_aware)]
struct Net {
    fc: Dense<4>,
}

fn main() {}
