use dl::network;

#[network(input = [4])]
#[forward(|x| fc(|y| y))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
