use dl::network;

#[network(input = [784])]
#[forward(|x| fc(x))]
struct Net {
    fc: Dense<10>,
}

fn main() {}
