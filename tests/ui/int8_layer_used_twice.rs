use dl::network;

#[network(input = [4], int8)]
#[forward(|x| fc(relu(fc(x))))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
