use dl::network;

#[network(input = ([4], [3]))]
#[forward(|a| fc(a))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
