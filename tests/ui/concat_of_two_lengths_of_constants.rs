use dl::network;

const STEPS: usize = 5;

#[network(input = ([4, 2], [STEPS, 3]))]
#[forward(|a, b| fc(concat(a, b)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
