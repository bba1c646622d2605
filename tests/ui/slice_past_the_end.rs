use dl::network;

#[network(input = [4])]
#[forward(|x| fc(slice(x, 2..6)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
