use dl::network;

#[network(input = [4])]
#[forward(|x| fc(x) * 0.5)]
struct Net {
    fc: Dense<4>,
}

fn main() {}
