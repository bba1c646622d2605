use dl::network;

#[network(input = ([4], [4]), int8)]
#[forward(|a, b| fc(a + b))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
