use dl::network;

#[network(input = [784])]
struct Net {
    fc1: Dense<HIDEN>,
    act: Relu,
    fc2: Dense<10>,
}

fn main() {}
