use dl::network;

#[network(input = [4], int8)]
#[forward(|x| concat(x, fc(x)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
