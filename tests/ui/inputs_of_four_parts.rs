use dl::network;

#[network(input = ([4], [4], [4], [4]))]
#[forward(|a, b, c, d| fc(a + b + c + d))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
