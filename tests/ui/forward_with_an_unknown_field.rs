use dl::network;

#[network(input = [4])]
#[forward(|x| head(encode(x)))]
struct Net {
    encoder: Dense<8>,
    head: Dense<2>,
}

fn main() {}
