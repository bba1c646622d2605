use dl::network;

#[network(input = ([4], [3]))]
#[forward(|a, b| head(a))]
struct Net {
    head: Dense<2>,
}

fn main() {}
