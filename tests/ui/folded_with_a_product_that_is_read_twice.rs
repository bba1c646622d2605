use dl::prelude::*;

#[network(input = [4], folded)]
#[forward(|x| { let h = fc(x); h + norm(h) })]
struct Net {
    fc: Dense<8>,
    norm: BatchNorm,
}

fn main() {}
