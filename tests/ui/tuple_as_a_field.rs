use dl::network;

#[network(input = [784])]
struct Net {
    block: (Dense<10>, Relu),
}

fn main() {}
