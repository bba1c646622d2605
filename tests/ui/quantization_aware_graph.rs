use dl::network;

#[network(input = [4], int8, quantization_aware)]
#[forward(|x| relu(x + fc(x)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
