use dl::prelude::*;

#[forward(|x| fc(x))]
#[network(input = [784])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
