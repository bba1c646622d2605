use dl::network;

#[network(input = [32])]
#[forward(|x| head(last(x)))]
struct Net {
    head: Dense<2>,
}

fn main() {}
