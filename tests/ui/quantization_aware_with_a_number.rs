use dl::network;

#[network(input = [4], int8, quantization_aware = 8)]
struct Net {
    fc: Dense<4>,
}

fn main() {}
