use dl::{forward, network};

#[forward(|x| fc(x))]
#[network(input = [784])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
