// A layer that is called twice would see its second call's step in its first.
use dl::prelude::*;

#[network(input = [8], fused_sgd)]
#[forward(|x| head(fc(relu(fc(x)))))]
struct Net {
    fc: Dense<8>,
    head: Dense<2>,
}

fn main() {}
