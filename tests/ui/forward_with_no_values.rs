use dl::network;

#[network(input = [4])]
#[forward(|x| head(fc() + x))]
struct Net {
    fc: Dense<4>,
    head: Dense<2>,
}

fn main() {}
