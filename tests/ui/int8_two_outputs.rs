use dl::network;

#[network(input = [4], int8)]
#[forward(|x| (left(x), right(x)))]
struct Net {
    left: Dense<2>,
    right: Dense<3>,
}

fn main() {}
