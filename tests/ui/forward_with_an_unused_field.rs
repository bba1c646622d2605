use dl::network;

#[network(input = [4])]
#[forward(|x| head(x))]
struct Net {
    fc: Dense<8>,
    head: Dense<2>,
}

fn main() {}
