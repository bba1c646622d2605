use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    act: LeakyRelu<0.12345678901>,
}

fn main() {}
