use dl::network;

#[network(input = [4])]
#[forward(|x| fc(x) / x)]
struct Net {
    fc: Dense<4>,
}

fn main() {}
