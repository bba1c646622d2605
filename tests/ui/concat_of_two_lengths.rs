use dl::network;

#[network(input = ([4, 2], [5, 3]))]
#[forward(|a, b| fc(concat(a, b)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
